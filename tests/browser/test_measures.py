"""Every page keeps the measures, whatever it looks like. All of a page is looked at in one visit."""

from typing import TYPE_CHECKING

import pytest

from tests import sample_blog
from tests.browser.looking import Look

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.slow


def _wrong(tab: "Page", address: str) -> str:
    tab.goto(address)
    look = Look(tab)
    with look.seen("as it comes"):
        look.ask("landmarks", "headings", "plainLinks", "moving")
    look.focus()
    look.colours()
    look.widths()
    return "\n".join(look.wrong)


@pytest.mark.parametrize("path", sample_blog.PAGES)
def test_a_page_keeps_the_measures(tab: "Page", library: "Served", path: str) -> None:
    assert not _wrong(tab, library.address + path)


@pytest.mark.parametrize("path", ["/", "/posts/river/", "/subscribe/"])
def test_a_page_in_its_owners_look_keeps_them_too(tab: "Page", dressed: "Served", path: str) -> None:
    assert not _wrong(tab, dressed.address + path)


@pytest.mark.parametrize("path", ["/", "/posts/river/", "/posts/nahr/", "/subscribe/"])
def test_tab_comes_to_everything(tab: "Page", library: "Served", path: str) -> None:
    tab.goto(library.address + path)
    look = Look(tab)
    look.keyboard()
    assert not look.wrong, "\n".join(look.wrong)
