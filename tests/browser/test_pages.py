"""Pages as a reader's browser shows them: phone and desktop, light and dark, without scripts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Served

PATHS = [
    *("/", "/posts/diplomatic-relations/", "/posts/writing-in-markdown/", "/about/", "/tags/", "/tags/guide/"),
    *("/archive/", "/archive/2026/", "/subscribe/", "/nothing-here/"),
    "/share/mastodon/?post=reading-by-rss&server=no",
]
SIZES = {"small phone": (320, 640), "phone": (375, 740), "tablet": (768, 1024), "desktop": (1440, 900)}


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


def _resize(tab: "Page", size: str) -> int:
    """Give the window a size; its width."""
    width, height = SIZES[size]
    tab.set_viewport_size({"width": width, "height": height})
    return width


def _width(tab: "Page", font: str = "") -> int:
    """How wide the page is, with a font of this size."""
    return int(
        tab.evaluate(
            "font => { document.documentElement.style.fontSize = font; return document.documentElement.scrollWidth }",
            font,
        )
    )


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_the_window(tab: "Page", address: str, path: str) -> None:
    tab.goto(address + path)
    for size in SIZES:
        window = _resize(tab, size)
        assert _width(tab) <= window, size
        assert _width(tab, "200%") <= window, f"{size} with a doubled font"


@pytest.mark.parametrize("title", ["x" * 500, "क्षि" * 100, "W" * 120])
def test_no_title_is_wider_than_the_window(tab: "Page", served: "Served", title: str) -> None:
    slug = served.publish(title)
    window = _resize(tab, "small phone")
    for path in ("/", "/archive/", f"/posts/{slug}/", "/posts/diplomatic-relations/"):
        tab.goto(served.address + path)
        assert _width(tab) <= window, path
    served.delete(slug)


@pytest.mark.parametrize("path", PATHS)
def test_a_reader_talks_to_this_site_only_and_keeps_nothing(browser: "Browser", address: str, path: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address + path, wait_until="networkidle")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_links_stand_out_in_both_themes(browser: "Browser", address: str, scheme: str) -> None:
    page = _open(browser, address, "/posts/diplomatic-relations/", color_scheme=scheme)
    contrast = """selector => {
        const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        const rgb = colour => { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
            return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3); };
        const light = colour => rgb(colour).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const paper = light(getComputedStyle(document.documentElement).backgroundColor);
        const ink = light(getComputedStyle(document.querySelector(selector)).color);
        return (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05);
    }"""
    assert page.evaluate(contrast, ".text p") >= 7
    for selector in (".text a", ".facts", ".kicker a", ".networks a", ".standfirst", ".label"):
        assert page.evaluate(contrast, selector) >= 4.5, selector
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


def test_print_keeps_the_text_and_drops_the_furniture(browser: "Browser", address: str) -> None:
    page = _open(browser, address, "/posts/diplomatic-relations/")
    page.emulate_media(media="print")
    for gone in (".menu", ".networks", ".follow", ".recent", ".neighbours", ".contents"):
        assert not page.is_visible(gone), gone
    for kept in ("h1", ".text", ".facts", ".permalink", ".footnotes"):
        assert page.is_visible(kept), kept
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


def test_the_links_to_other_pages_stand_in_line_with_the_list(tab: "Page", served: "Served") -> None:
    slugs = [served.publish(f"Part {number}", "--tag", "Parts") for number in range(21)]
    tab.goto(served.address + "/tags/parts/page/2/")
    for size in SIZES:
        window = _resize(tab, size)
        places = (".listing", ".pager", ".pager [rel=prev]", ".pager [rel=next]")
        listing, pager, newer, older = (tab.locator(place).bounding_box() for place in places)
        assert listing and pager and newer and older
        assert (pager["x"], pager["width"]) == (listing["x"], listing["width"]), size
        assert newer["x"] == pager["x"] and newer["y"] == older["y"], size
        assert older["x"] + older["width"] == pytest.approx(pager["x"] + pager["width"], abs=1), size
        assert _width(tab, "200%") <= window, f"{size} with a doubled font"
        _width(tab)
    for slug in slugs:
        served.delete(slug)
