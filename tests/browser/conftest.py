"""A real browser (Debian's Chromium) on a real server."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.server import serving
from tests.world import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Served:
    """A running blog, and its command line."""

    address: str
    instance: Path

    def publish(self, title: str, *options: str) -> str:
        """Publish a post of this title, newer than all samples; its slug."""
        made = run(self.instance, "new", title, "--publish", "--date", "2026-02-01", "--json", *options)
        return str(made.data["slug"])

    def delete(self, slug: str) -> None:
        """Take a post away."""
        assert run(self.instance, "delete", slug).status == 0


@pytest.fixture(scope="session")
def address(served: Served) -> str:
    """The address of a blog with the samples."""
    return served.address


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A blog with the samples, served as in production."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt install chromium")
    instance = tmp_path_factory.mktemp("served")
    with serving(sys.executable, "-m", "blog", instance=instance, cwd=ROOT) as address:
        yield Served(address, instance)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium without a window."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
