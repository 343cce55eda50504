"""The Nu HTML Checker: npm's `vnu-jar`, fetched once into the user's cache, and run with Java."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.requirements import skip_without

PACKAGE = "vnu-jar@26.9.27"
INSIDE = "package/build/dist/vnu.jar"
SHA256 = "22f15dd39a33bed929d2a5c0cddf5946849a647eca9272bf4d5d00bc7e7a4d47"
# Other kinds of files are skipped.
KINDS = ("--also-check-css", "--also-check-svg")


@dataclass(frozen=True)
class Remark:
    """Something that the checker finds wrong with a file."""

    file: str
    line: int
    said: str
    extract: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.said} {self.extract}"


def remarks(folder: Path) -> list[Remark]:
    """All errors and warnings on the pages, style sheets and drawings in a folder. Java is started once: it is slow."""
    java = shutil.which("java") or skip_without("Java is not installed: apt install default-jre-headless")
    command = [java, "-jar", str(_jar()), "--format", "json", "--stdout", "--exit-zero-always", *KINDS, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)["messages"]
    return sorted((_remark(one) for one in said), key=str)


def _remark(said: dict[str, object]) -> Remark:
    extract = " ".join(str(said.get("extract", "")).split())
    line = int(str(said.get("lastLine", 0)))
    return Remark(str(said.get("url", "")).rpartition("/")[2], line, str(said["message"]), extract)


def _jar() -> Path:
    """The program, whose bytes are known."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "broadsheet"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{PACKAGE}.jar"
    with _alone(folder / "vnu-jar.lock"):
        if not kept.is_file():
            _fetch(kept)
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == SHA256, f"{kept} is not what was chosen: delete it"
    return kept


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One process at a time."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(kept: Path) -> None:
    npm = shutil.which("npm") or skip_without(
        "The Nu HTML Checker comes by npm, which is not installed: apt install npm"
    )
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        command = [npm, "pack", "--silent", "--pack-destination", folder, PACKAGE]
        try:
            subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=300)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            skip_without(f"npm cannot fetch {PACKAGE}, with which pages are checked.")
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            jar = archive.extractfile(INSIDE)
            assert jar, f"{PACKAGE} holds no {INSIDE}"
            whole = Path(folder) / "whole.jar"
            whole.write_bytes(jar.read())
        whole.replace(kept)
