"""A real browser (Debian's Chromium) on a real server."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import sample_blog
from tests.browser.paper import Paper
from tests.browser.writing import EMAIL, PASSWORD, Writing, sign_in
from tests.live_server import serving
from tests.requirements import skip_without
from tests.world import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parent.parent.parent
# The first is Chromium without what only a window needs: half the work for the same pages.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or shutil.which("chromium-browser")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TAGS = ["Water", "Warsaw", "Walks, long", "Waves", "Rivers"]
CHECKS = Path(__file__).with_name("checks.js")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Served:
    """A running blog, and its command line."""

    address: str
    instance: Path

    def publish(self, title: str, *options: str, body: str = "") -> str:
        """Publish a post of this title, newer than all samples; its slug."""
        more = (*options, "--file", "-") if body else options
        made = run(self.instance, "new", title, "--publish", "--date", "2026-02-01", "--json", *more, stdin=body)
        return str(made.data["slug"])

    def delete(self, slug: str) -> None:
        """Take a post away."""
        assert run(self.instance, "delete", slug).status == 0


@pytest.fixture(scope="session")
def address(served: Served) -> str:
    """The address of a blog with the samples."""
    return served.address


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, started_blog: Path) -> Iterator[Served]:
    """A blog with the samples, served as in production."""
    if CHROMIUM is None:
        skip_without("Chromium is not installed: apt install chromium")
    with _serving(_copied(tmp_path_factory, started_blog, "served")) as blog:
        yield blog


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, full_blog: Path) -> Iterator[Served]:
    """A blog that has one of everything, which nobody changes; see tests/sample_blog.py."""
    with _serving(_copied(tmp_path_factory, full_blog, "library")) as blog:
        yield blog


@pytest.fixture(scope="session")
def dressed(tmp_path_factory: pytest.TempPathFactory, full_blog: Path) -> Iterator[Served]:
    """The same in a look that its owner chose."""
    instance = _copied(tmp_path_factory, full_blog, "dressed")
    sample_blog.dress(instance)
    with _serving(instance) as blog:
        yield blog


def _copied(folders: pytest.TempPathFactory, blog: Path, name: str) -> Path:
    return Path(shutil.copytree(blog, folders.mktemp(name), dirs_exist_ok=True))


@contextmanager
def _serving(instance: Path) -> Iterator[Served]:
    with serving(sys.executable, "-m", "blog", instance=instance, cwd=ROOT) as address:
        yield Served(address, instance)


@pytest.fixture(scope="module")
def tab(browser: "Browser") -> Iterator["Page"]:
    """A tab that knows the checks of checks.js."""
    context = browser.new_context()
    context.add_init_script(path=CHECKS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium without a window."""
    if CHROMIUM is None:
        skip_without("Chromium is not installed: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def violations(page: "Page", rules: list[str] | None = None) -> list[str]:
    """What axe, which each page is given once, finds wrong with it; by these rules only, if some are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    options = {"runOnly": rules or RULES, "resultTypes": ["violations"]}
    found: Any = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the blog that the author of `study` writes for."""
    return tmp_path_factory.mktemp("study")


@pytest.fixture(scope="session")
def study(browser: "Browser", place: Path) -> "Iterator[tuple[str, BrowserContext]]":
    """A blog with an author who is signed in, and a few tags: its address, and her browser."""
    instance = place
    run(instance, "user", "add", EMAIL, "--name", "Ana", "--password-stdin", stdin=f"{PASSWORD}\n")
    run(instance, "new", "Rivers", "--publish", *(f"--tag={tag}" for tag in TAGS))
    with serving(sys.executable, "-m", "blog", instance=instance, cwd=ROOT) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        sign_in(context, address).close()
        yield address, context
        context.close()


@pytest.fixture
def writing(browser: "Browser", study: "tuple[str, BrowserContext]", place: Path) -> Iterator[Writing]:
    """The author of `study` in a browser that keeps nothing yet."""
    address, signed_in = study
    context = browser.new_context(storage_state=signed_in.storage_state())
    yield Writing(address, place, context)
    context.close()


@pytest.fixture(scope="module")
def sheet(study: "tuple[str, BrowserContext]") -> Iterator[Paper]:
    """The page of a new post, for all tests of a file."""
    address, context = study
    paper = Paper(context.new_page(), address)
    yield paper
    paper.page.close()


@pytest.fixture
def paper(sheet: Paper) -> Iterator[Paper]:
    """The page of a new post, with nothing in it. It complains of nothing, whatever is done to it."""
    sheet.open()
    yield sheet
    assert sheet.complaints == []
