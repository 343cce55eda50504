"""Scripts add comfort and no words: whoever has none reads the same, and can do everything."""

from typing import TYPE_CHECKING

from tests import sample_blog

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Served

# What scripts show of themselves: buttons that copy and share.
SHOWN = "[data-copy], [data-share]"


def _read(page: "Page") -> str:
    """What a page says: the lines of its main part, without what scripts show."""
    shown = [one.inner_text() for one in page.locator("main").locator(SHOWN).all() if one.is_visible()]
    text = page.inner_text("main")
    for words in shown:
        text = text.replace(words, "", 1)
    return " ".join(text.split())


def test_every_page_says_the_same_without_scripts(browser: "Browser", library: "Served") -> None:
    bare, full = (browser.new_context(java_script_enabled=enabled) for enabled in (False, True))
    without, with_scripts = bare.new_page(), full.new_page()
    different, scripted = [], 0
    for path in sample_blog.PAGES:
        without.goto(library.address + path)
        if not without.locator("script[src]").count():
            continue
        scripted += 1
        with_scripts.goto(library.address + path)
        if _read(without) != _read(with_scripts):
            different.append((path, _read(without), _read(with_scripts)))
    bare.close()
    full.close()
    assert different == [] and scripted > 3
