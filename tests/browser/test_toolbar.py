"""The row of tools above the text: by mouse, by keys alone, from right to left; open to all in both themes."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import violations
from tests.browser.looking import LOOKS

if TYPE_CHECKING:
    from tests.browser.paper import Paper

pytestmark = pytest.mark.slow
NAMES = ["Bold", "Italic", "Link", "Heading", "Quote", "List", "Numbered list", "Code", "Footnote", "Picture"]
TOOLS = [
    ("Bold", "a [[word]]", "a **[[word]]**"),
    ("Italic", "a wo|rd", "a *wo|rd*"),
    ("Link", "a [[word]]", "a [word](|)"),
    ("Heading", "one\ntw|o\nthree", "one\n## tw|o\nthree"),
    ("Heading", "## tw|o", "### tw|o"),
    ("Heading", "### tw|o", "tw|o"),
    ("Heading", "# tw|o", "## tw|o"),
    ("Heading", "|", "## |"),
    ("Heading", "#### |two", "|two"),
    ("Heading", "[[one\n\ntwo]]", "[[## one\n\n## two]]"),
    ("Quote", "tw|o", "> tw|o"),
    ("Quote", "> tw|o", "tw|o"),
    ("Quote", "[[one\n\ntwo]]", "[[> one\n>\n> two]]"),
    ("Quote", "[[> one\n>\n> two]]", "[[one\n\ntwo]]"),
    ("List", "o[[ne\n\ntw]]o", "[[- one\n\n- two]]"),
    ("List", "[[- one\n\n- two]]", "[[one\n\ntwo]]"),
    ("List", "[[1. one\n2. two]]", "[[- one\n- two]]"),
    ("List", "[[one\n]]two", "[[- one]]\ntwo"),
    ("List", "[[- one\ntwo]]", "[[- one\n- two]]"),
    ("List", "|", "- |"),
    ("Numbered list", "[[one\n  two\n- three]]", "[[1. one\n  2. two\n3. three]]"),
    ("Numbered list", "[[1. one\n2. two]]", "[[one\ntwo]]"),
    ("Code", "a [[word]]", "a `[[word]]`"),
    ("Code", "a `[[word]]`", "a [[word]]"),
    ("Code", "a [[`word`]]", "a [[word]]"),
    ("Code", "|", "`|`"),
    ("Code", "[[a`b]]", "``[[a`b]]``"),
    ("Code", "x\n[[one\n```\ntwo]]", "x\n[[````\none\n```\ntwo\n````]]"),
    ("Code", "[[```\none\n```]]", "[[one]]"),
    ("Footnote", "one| two", "one[^1] two\n\n[^1]: |"),
    ("Footnote", "one[^1] two|\n\n[^1]: note\n", "one[^1] two[^2]\n\n[^1]: note\n\n[^2]: |\n"),
    ("Footnote", "one[^2]|", "one[^2][^1]\n\n[^1]: |"),
    ("Footnote", "o[[ne]]", "one[^1]\n\n[^1]: |"),
]


def test_each_tool_is_one_step(paper: "Paper") -> None:
    wrong = []
    for name, before, after in TOOLS:
        paper.put(before)
        paper.tool(name)
        found = [paper.text(), paper.undone(), paper.redone()]
        if found != [after, before, after]:
            wrong.append((name, before, after, found))
    paper.complaints.clear()  # axe gives styles to what it looks at, which our policy refuses it
    assert not wrong, wrong


def test_a_note_in_a_long_text_is_quick_and_in_sight(paper: "Paper") -> None:
    paper.page.eval_on_selector("#body", "field => { field.value = 'A line of a long text.\\n'.repeat(3000) }")
    paper.page.eval_on_selector("#body", "field => { field.focus(); field.setSelectionRange(6, 6) }")
    before = paper.page.evaluate("performance.now()")
    paper.tool("Footnote")
    assert paper.page.evaluate("performance.now()") - before < 5000
    text = paper.text()
    assert text.startswith("A line[^1] of") and text.endswith("text.\n\n[^1]: |\n")
    assert paper.page.eval_on_selector("#body", "one => one.scrollTop + one.clientHeight >= one.scrollHeight - 40")
    assert paper.undone().startswith("A line| of")


def focused(paper: "Paper") -> str:
    return str(paper.page.evaluate("document.activeElement.ariaLabel"))


def walked(paper: "Paper", *keys: str) -> list[str]:
    seen = []
    for key in keys:
        paper.press(key)
        seen.append(focused(paper))
    return seen


def test_by_keys_alone_it_is_one_stop(paper: "Paper") -> None:
    paper.put("a [[word]]")
    paper.press("Shift+Tab")
    assert focused(paper) == NAMES[0]
    assert walked(paper, *["ArrowRight"] * 9) == [*NAMES[1:], NAMES[0]][:9]
    assert walked(paper, "ArrowLeft", "Home", "ArrowLeft", "ArrowRight", "End", "ArrowLeft") == [
        NAMES[8], NAMES[0], NAMES[9], NAMES[0], NAMES[9], NAMES[8],
    ]  # fmt: skip
    paper.press("Tab")
    assert paper.page.evaluate("document.activeElement.id") == "body"
    paper.press("Shift+Tab")
    assert focused(paper) == "Footnote"
    paper.press("Home", "Enter")
    assert paper.text() == "a **[[word]]**"
    assert paper.page.evaluate("document.activeElement.id") == "body"


def test_from_right_to_left_the_arrows_follow_the_eye(paper: "Paper") -> None:
    paper.page.evaluate("document.documentElement.dir = 'rtl'")
    paper.page.focus("[role=toolbar] button")
    assert walked(paper, "ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowRight", "ArrowRight") == [
        NAMES[1], NAMES[2], NAMES[1], NAMES[0], NAMES[9],
    ]  # fmt: skip


def test_the_mouse_leaves_the_focus_in_the_text(paper: "Paper") -> None:
    paper.put("a [[word]]")
    paper.page.evaluate("document.body.addEventListener('focusout', () => console.log('left'))")
    paper.tool("Bold")
    assert paper.text() == "a **[[word]]**"


def test_it_is_large_enough_and_open_to_all(paper: "Paper") -> None:
    wrong = []
    for theme, width, rules in LOOKS:
        paper.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        paper.page.set_viewport_size({"width": width, "height": 900})
        wrong += [f"{theme} {width}: {one}" for one in violations(paper.page, rules)]
        assert paper.page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = paper.page.locator("[role=toolbar] button").all()
    assert [box.get_attribute("aria-label") for box in boxes] == NAMES
    assert all(min(box.bounding_box()[side] for side in ("width", "height")) >= 24 for box in boxes)  # type: ignore[index]
    paper.complaints.clear()  # axe gives styles to what it looks at, which our policy refuses it
    assert not wrong, wrong


def test_without_scripts_there_is_no_row(paper: "Paper") -> None:
    page = paper.page.context.browser.new_context(java_script_enabled=False).new_page()  # type: ignore[union-attr]
    page.context.add_cookies(paper.page.context.cookies())  # type: ignore[arg-type]
    page.goto(paper.page.url)
    assert page.locator("#body").is_visible() and not page.locator("[role=toolbar]").is_visible()
    page.context.close()
