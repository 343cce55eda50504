"""A wheel runs where there is no checkout: templates, static files, samples and migrations are inside it.

That it names all packages that it needs is seen in `test_architecture`.
"""

import os
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_server import serving

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow


def _run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BLOG_", "PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        [str(each) for each in arguments], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a virtual environment with the wheel; packages of others it borrows from this one."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    venv.create(folder / "venv")
    python = folder / "venv" / "bin" / "python"
    into = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "venv")}))
    (wheel,) = folder.glob("broadsheet-*.whl")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps")  # what is used is compiled then
    _run(sys.executable, "-m", "pip", "--python", python, "install", *quiet, wheel, cwd=folder)
    # Read as a path only: the editable install of this checkout, which lies there too, is none of it.
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (into / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n")
    assert into in Path(_run(python, "-c", "import blog; print(blog.__file__)", cwd=folder).stdout).parents
    return python.parent


@pytest.fixture
def address(installed: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a blog that the installed copy serves."""
    with serving(installed / "broadsheet", instance=tmp_path / "blog", cwd=tmp_path) as served:
        yield served


def test_an_installed_copy_serves_the_essay_with_style(address: str) -> None:
    page = urllib.request.urlopen(f"{address}/posts/diplomatic-relations/", timeout=10).read().decode()
    assert "Let's Get Social" in page and "Recent Posts" in page
    style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert b"@layer" in urllib.request.urlopen(address + style, timeout=10).read()
    assert urllib.request.urlopen(f"{address}/feed.xml", timeout=10).read().startswith(b"<?xml")


def test_an_installed_copy_does_not_guess_its_folder(installed: Path, tmp_path: Path) -> None:
    said = subprocess.run([installed / "broadsheet", "list"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "--instance" in said.stderr
