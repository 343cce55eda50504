"""Pasting in Chromium: rich text becomes Markdown in a second step, an address on words a link."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.browser.paper import Paper

pytestmark = pytest.mark.slow
PATH = "**/admin/posts/markdown/"
HTML, TEXT, MARKDOWN = "<p>A <b>bold</b> word</p>", "A bold word", "A **bold** word"
COPY = """async ([html, text]) => navigator.clipboard.write([new ClipboardItem({
    "text/html": new Blob([html], {type: "text/html"}), "text/plain": new Blob([text], {type: "text/plain"})})])"""
# Before, pasted, after.
ADDRESSES = [
    ("a [[word]] here", "https://example.org/a", "a [word](https://example.org/a)| here"),
    ("a [[word ]]here", " https://example.org/a\n", "a [word](https://example.org/a)| here"),
    ("[[word]]", "https://example.org/(a", "[word](https://example.org/%28a)|"),
    ("[[word]]", "https://example.org/a_(b)", "[word](https://example.org/a_%28b%29)|"),
]
# Where an address, or rich text, is pasted as it stands.
PLAIN = [
    ("[[https://example.com/]]", "https://example.org/a"),
    ("[word]([[x]])", "https://example.org/a"),
    ("[word](|)", "https://example.org/a"),
    ("`a [[word]]`", "https://example.org/a"),
    ("```\n[[word]]", "https://example.org/a"),
    ("|", "https://example.org/a"),
    ("[[word]]", "two words"),
    ("[[word]]", "javascript:alert(1)"),
]
MEANINGLESS = [
    "<meta charset='utf-8'><span style='color: red; font-weight: 400'>A bold word</span>",
    "<p>A bold<br>word</p><div><span>x</span></div>",
    "<a name='x'></a>A bold word",
    "",
]


def paste(paper: "Paper", text: str, html: str = "", *, picture: bool = False) -> bool:
    """Paste as a browser would tell of it; whether the page left it to the browser."""
    return bool(
        paper.page.eval_on_selector(
            "#body",
            """(field, [text, html, picture]) => {
                const clipboardData = new DataTransfer();
                if (text) clipboardData.setData("text/plain", text);
                if (html) clipboardData.setData("text/html", html);
                if (picture) clipboardData.items.add(new File(["x"], "x.png", {type: "image/png"}));
                const facts = {clipboardData, bubbles: true, cancelable: true};
                return field.dispatchEvent(new ClipboardEvent("paste", facts));
            }""",
            [text, html, picture],
        )
    )


def answered(paper: "Paper", text: str, html: str = HTML) -> None:
    """Paste, and wait for the server's answer."""
    with paper.page.expect_response(PATH) as response:
        paste(paper, text, html)
    response.value.finished()
    paper.page.evaluate("new Promise(done => setTimeout(done))")


@contextmanager
def held(paper: "Paper") -> Iterator[None]:
    """The server's answer comes when this ends."""
    routes: list[Route] = []
    paper.page.route(PATH, lambda route: routes.insert(0, route))
    yield
    with paper.page.expect_response(PATH) as response:
        routes[0].continue_()
    response.value.finished()
    paper.page.evaluate("new Promise(done => setTimeout(done))")
    paper.page.unroute(PATH)


def test_an_address_on_words_makes_a_link(paper: "Paper") -> None:
    wrong = []
    for before, address, after in ADDRESSES:
        paper.put(before)
        paste(paper, address, f"<a href='{address}'>{address}</a>")
        found = [paper.text(), paper.undone(), paper.redone()]
        if found != [after, before, after]:
            wrong.append((before, address, after, found))
    assert not wrong, wrong


def test_what_is_plain_is_left_to_the_browser(paper: "Paper") -> None:
    asked: list[str] = []
    paper.page.on("request", lambda request: asked.append(request.url))
    for before, text in PLAIN:
        paper.put(before)
        assert paste(paper, text, f"<a href='{text}'>{text}</a>" if "://" in text else ""), before
    for html in MEANINGLESS:
        paper.put("|")
        assert paste(paper, TEXT, html), html
    for before in ("`a | b`", "```\n|"):
        paper.put(before)
        assert paste(paper, TEXT, HTML), before
    assert not [address for address in asked if "markdown" in address]


def test_rich_text_is_plain_at_once_and_markdown_then(paper: "Paper") -> None:
    paper.put("before [[x]] after")
    with held(paper):
        paste(paper, TEXT, HTML)
        assert paper.text() == f"before {TEXT}| after"
    assert paper.text() == f"before {MARKDOWN}| after"
    assert paper.undone() == f"before {TEXT}| after"
    assert paper.undone() == "before [[x]] after"
    paper.redone()
    assert paper.redone() == f"before {MARKDOWN}| after"


def test_a_picture_of_the_text_beside_it_changes_nothing(paper: "Paper") -> None:
    paper.put("|")
    with paper.page.expect_response(PATH):
        paste(paper, TEXT, HTML, picture=True)
    expect(paper.page.locator("#body")).to_have_value(MARKDOWN)


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("x|", ["e", "n", "d"], f"x{MARKDOWN}end|"),
        ("x|", ["Control+Home", "t", "o", "Enter"], f"to\n|x{MARKDOWN}"),
        ("x|", ["Control+Home", "Delete"], f"|{MARKDOWN}"),
        ("x|", ["z", "Shift+ArrowLeft"], f"x{MARKDOWN}[[z]]"),
        ("|", ["A"], f"{MARKDOWN}A|"),
        ("|", ["Home", "A", " "], f"A |{MARKDOWN}"),
        ("|", ["Control+a"], f"[[{MARKDOWN}]]"),
    ],
)
def test_what_is_typed_meanwhile_stays(paper: "Paper", before: str, keys: list[str], after: str) -> None:
    paper.put(before)
    with held(paper):
        paste(paper, TEXT, HTML)
        paper.press(*keys)
    assert paper.text() == after


@pytest.mark.parametrize(
    "keys",
    [["Backspace"], ["Control+z"], ["ArrowLeft", "y"], ["Shift+ArrowLeft", "y"], ["Control+a", "Delete"]],
)
def test_what_is_changed_meanwhile_is_not_replaced(paper: "Paper", keys: list[str]) -> None:
    paper.put(f"|\n{TEXT}")
    with held(paper):
        paste(paper, TEXT, HTML)
        paper.press(*keys)
        left = paper.text()
    assert paper.text() == left


def test_who_writes_elsewhere_meanwhile_stays_there(paper: "Paper") -> None:
    paper.put("|")
    with held(paper):
        paste(paper, TEXT, HTML)
        paper.page.fill("#title", "A title")
        paper.page.eval_on_selector("#title", "field => field.setSelectionRange(2, 4)")
    assert paper.text("#title") == "A [[ti]]tle"
    assert paper.page.evaluate("document.activeElement.id") == "title"
    assert paper.page.input_value("#body") == MARKDOWN


def test_without_the_server_the_words_stay(paper: "Paper") -> None:
    paper.put("|")
    paper.page.route(PATH, lambda route: route.abort())
    paste(paper, TEXT, HTML)
    paper.page.locator("body").evaluate("() => new Promise(done => setTimeout(done, 0))")
    assert paper.text() == f"{TEXT}|"
    paper.page.unroute(PATH)
    paper.complaints.clear()


def test_five_megabytes_are_taken_and_not_sent(paper: "Paper") -> None:
    asked: list[str] = []
    paper.page.on("request", lambda request: asked.append(request.url))
    paper.put("|")
    line = "Many words of a very long book. " * 30 + "\n"
    paper.page.evaluate(COPY, [f"<b>{'x' * 100}</b><p>{line}</p>" * 5000, line * 5000])
    paper.page.evaluate("window.before = performance.now()")
    paper.press("Control+v")
    took = paper.page.evaluate("performance.now() - before")
    assert paper.page.eval_on_selector("#body", "field => field.value.length") == len(line) * 5000
    paper.type("more")
    assert paper.page.eval_on_selector("#body", "field => field.value.endsWith('more')")
    assert took < 20000
    assert not [address for address in asked if "markdown" in address]
    paper.complaints.clear()  # The preview's: nobody could save so much.


def test_the_browsers_own_clipboard(paper: "Paper") -> None:
    """Real keys: what was copied is rich; with Shift it is pasted plain."""
    paper.page.evaluate(COPY, [HTML, TEXT])
    paper.put("|")
    paper.press("Control+Shift+v")
    assert paper.text() == f"{TEXT}|"
    paper.put("|")
    with paper.page.expect_response(PATH):
        paper.press("Control+v")
    expect(paper.page.locator("#body")).to_have_value(MARKDOWN)
