"""What runs the blog elsewhere (systemd, a container) names what there is: commands, options, settings, ports."""

import fnmatch
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from blog import config
from blog.server.workers import KILL_SECONDS
from tests import documents
from tests.documents import text_of

ROOT = Path(__file__).resolve().parent.parent
UNIT = ROOT / "deploy" / "broadsheet.service"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PAGE = text_of("docs/running.md")
VARIABLES = {setting.variable for setting in config.SETTINGS.values()} | {"BLOG_INSTANCE"}
DEFAULTS = config.load(ROOT / "instance", environ={})


def unit() -> dict[str, list[str]]:
    """What the unit says, by name."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, a line each."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in text.splitlines() if line]


def said(name: str) -> list[str]:
    """What the Dockerfile says by an instruction."""
    return [text for word, text in instructions() if word == name]


def parsed(line: str) -> str:
    """The command that a line calls; its options are understood."""
    given = documents.arguments(line)
    assert given is not None, line
    return documents.called(given)


# -- systemd --------------------------------------------------------------------------------------------------


def test_the_unit_serves_the_folder_that_it_may_write() -> None:
    [line], [state] = unit()["ExecStart"], unit()["StateDirectory"]
    assert parsed(line) == "serve" and f"--instance /var/lib/{state} " in line
    assert unit()["Restart"] == ["always"] and unit()["ProtectSystem"] == ["strict"] and unit()["UMask"] == ["0077"]


def test_the_unit_gives_time_to_end_and_leaves_settings_to_the_folder() -> None:
    assert int(unit()["TimeoutStopSec"][0]) > KILL_SECONDS + 5
    assert "Environment" not in unit()  # commands would not see it
    [written] = re.findall(r"config.toml <<END\n(.*?)END\n", PAGE, re.DOTALL)
    assert set(tomllib.loads(written)) == {"site_url", "trusted_proxies"} <= set(config.SETTINGS)


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd here")
    (tmp_path / UNIT.name).write_text(UNIT.read_text("utf-8").replace("/opt/broadsheet/bin/broadsheet", "/bin/true"))
    done = subprocess.run([analyze, "verify", tmp_path / UNIT.name], capture_output=True, text=True, check=False)
    assert UNIT.name not in done.stderr, done.stderr


# -- the container ----------------------------------------------------------------------------------------------


def test_the_container_serves_what_the_settings_say() -> None:
    [entry], [arguments] = map(json.loads, said("ENTRYPOINT")), map(json.loads, said("CMD"))
    assert parsed(shlex.join(["broadsheet", *entry[1:], *arguments])) == "serve" and entry[:1] == ["broadsheet"]
    words = [word for text in said("ENV") for word in text.split() if not word.startswith(("PIP", "PATH"))]
    given = dict(word.split("=", 1) for word in words)
    assert set(given) <= VARIABLES
    assert said("EXPOSE") == [given["PORT"]] == [str(DEFAULTS.port)]
    assert said("VOLUME") == [given["BLOG_INSTANCE"]] and given["HOST"] == "0.0.0.0"
    assert said("STOPSIGNAL") == ["SIGTERM"]


def test_the_container_is_nobodys_root_and_runs_a_python_that_is_supported() -> None:
    [user] = said("USER")
    assert int(user) > 1000 and f"--uid {user} " in DOCKERFILE
    order = [word for word, _ in instructions()]
    assert order.index("USER") > max(place for place, word in enumerate(order) if word == "RUN")
    assert len(set(re.findall(r"^FROM (python:3\.\d+-slim)", DOCKERFILE, re.MULTILINE))) == 1


def test_the_container_is_built_of_what_the_wheel_needs_and_of_nothing_private() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    assert {"blog", "templates", "static", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"} == set(kept)
    assert all((ROOT / name).exists() for name in kept)
    assert not any(fnmatch.fnmatch(name, line) for name in ("instance", "tests", ".git") for line in kept)


# -- the page that tells of both ------------------------------------------------------------------------------------


def test_the_page_says_the_same() -> None:
    calls = [line for line in documents.shell_commands("docs/running.md") if documents.arguments(line)]
    assert [parsed(line) for line in calls] == ["doctor", "doctor"]
    assert f":{DEFAULTS.port} -v blog:/data" in PAGE and "useradd --system" in PAGE
    assert unit()["User"] == ["blog"] and "number 10001" in PAGE and said("USER") == ["10001"]
    assert set(re.findall(r"--build-arg (\w+)=", PAGE)) <= {text.partition("=")[0] for text in said("ARG")}
