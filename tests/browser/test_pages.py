"""Pages as a reader's browser shows them: in line, quiet, and whole without scripts. See also test_measures.py."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.looking import SIZES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Served

PATHS = [
    *("/", "/posts/diplomatic-relations/", "/posts/writing-in-markdown/", "/about/", "/tags/", "/tags/guide/"),
    *("/archive/", "/archive/2026/", "/subscribe/", "/nothing-here/"),
    "/share/mastodon/?post=reading-by-rss&server=no",
]


def _open(browser: "Browser", address: str, path: str, size: str = "desktop", **options: object) -> "Page":
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address + path)
    return page


@pytest.fixture(scope="module")
def tab(browser: "Browser") -> Iterator["Page"]:
    """A tab for tests that look at pages as they stand: each opens what it looks at anew, and sets the window's size.

    A context for each costs three times as much as the pages do.
    """
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _resize(tab: "Page", size: str) -> None:
    """Give the window a size."""
    width, height = SIZES[size]
    tab.set_viewport_size({"width": width, "height": height})


@pytest.mark.parametrize("path", PATHS)
def test_a_reader_talks_to_this_site_only_and_keeps_nothing(browser: "Browser", address: str, path: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address + path)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(address).netloc}
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    scripts = page.evaluate("document.querySelectorAll('script:not([type=\"application/ld+json\"])').length")
    assert scripts == (path == "/subscribe/" or path.startswith("/posts/"))
    expected = {"/nothing-here/": "404", "/share/mastodon/?post=reading-by-rss&server=no": "422"}.get(path)
    assert [text for text in complaints if expected is None or expected not in text] == []
    context.close()


def test_everything_works_without_scripts(browser: "Browser", address: str) -> None:
    page = _open(browser, address, "/", java_script_enabled=False)
    page.click("text=Diplomatic Relations")
    assert page.title().startswith("Diplomatic Relations")
    page.click("summary:has-text('Contents')")
    page.click(".contents a >> nth=1")
    assert "#s-" in page.url
    page.click("summary:has-text('Mastodon')")
    page.fill("input[name=server]", "mastodon.social")
    page.click("button:has-text('Go on')")
    link = page.get_attribute("text=Go on to mastodon.social", "href") or ""
    assert link.startswith("https://mastodon.social/share?text=Diplomatic%20Relations%0A")
    page.context.close()


def test_a_line_holds_sixty_to_seventy_characters(browser: "Browser", address: str) -> None:
    page = _open(browser, address, "/posts/diplomatic-relations/")
    mean = page.evaluate(
        """() => {
            const counts = [];
            for (const p of document.querySelectorAll('.text > p')) {
                if (p.textContent.length > 400) {
                    const height = parseFloat(getComputedStyle(p).lineHeight);
                    counts.push(p.textContent.length / Math.round(p.offsetHeight / height));
                }
            }
            return counts.reduce((a, b) => a + b) / counts.length;
        }"""
    )
    assert 55 <= mean <= 72
    assert 18 <= page.evaluate("parseFloat(getComputedStyle(document.querySelector('.text p')).fontSize)") <= 20
    page.context.close()


def test_the_keyboard_reaches_the_text_first_and_shows_where_it_is(browser: "Browser", address: str) -> None:
    page = _open(browser, address, "/posts/diplomatic-relations/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.context.close()


@pytest.mark.parametrize("path", PATHS)
def test_all_parts_of_a_page_stand_in_line(tab: "Page", address: str, path: str) -> None:
    _resize(tab, "desktop")
    tab.goto(address + path)
    edges = "[...document.querySelectorAll('main > *')].map(part => part.getBoundingClientRect())"
    places = tab.evaluate(f"{edges}.map(place => [place.left, place.right])")
    assert places and len(set(map(tuple, places))) == 1


def test_the_links_to_other_pages_stand_in_line_with_the_list(tab: "Page", library: "Served") -> None:
    tab.goto(library.address + "/tags/letters/page/2/")
    for size in SIZES:
        _resize(tab, size)
        places = (".listing", ".pager", ".pager [rel=prev]", ".pager [rel=next]")
        listing, pager, newer, older = (tab.locator(place).bounding_box() for place in places)
        assert listing and pager and newer and older
        assert (pager["x"], pager["width"]) == (listing["x"], listing["width"]), size
        assert newer["x"] == pager["x"] and newer["y"] == older["y"], size
        assert older["x"] + older["width"] == pytest.approx(pager["x"] + pager["width"], abs=1), size
