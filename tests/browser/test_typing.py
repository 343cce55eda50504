"""Keys of the text in Chromium: what each makes of it, undone and done again, with the caret and the selection."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.paper import Paper

pytestmark = pytest.mark.slow
BOLD, ITALIC, LINK, ENTER = "Control+b", "Control+i", "Control+k", "Enter"

MARKS = [
    (BOLD, "a [[word]] here", "a **[[word]]** here"),
    (BOLD, "a **[[word]]** here", "a [[word]] here"),
    (BOLD, "a [[**word**]] here", "a [[word]] here"),
    (BOLD, "a wo|rd here", "a **wo|rd** here"),
    (BOLD, "a **wo|rd** here", "a wo|rd here"),
    (BOLD, "a |", "a **|**"),
    (BOLD, "a **|**", "a |"),
    (BOLD, "**two wo|rds**", "two wo|rds"),
    (BOLD, "**one [[two]] three**", "one [[two]] three"),
    (BOLD, "a [[word ]]here", "a **[[word]]** here"),
    (BOLD, "*[[word]]*", "***[[word]]***"),
    (BOLD, "***[[word]]***", "*[[word]]*"),
    (BOLD, "[[**a** and **b**]]", "**[[a and b]]**"),
    (BOLD, "[[**a** and *b*]]", "**[[a and *b*]]**"),
    (BOLD, "[[- one\n- two]]", "[[- **one**\n- **two**]]"),
    (BOLD, "[[- **one**\n- **two**]]", "[[- one\n- two]]"),
    (BOLD, "[[one\n\n> two]]", "[[**one**\n\n> **two**]]"),
    (BOLD, "नम|स्ते दुनिया", "**नम|स्ते** दुनिया"),
    (BOLD, "[[2 * 3 * 4]]", "**[[2 * 3 * 4]]**"),
    (ITALIC, "a [[word]] here", "a *[[word]]* here"),
    (ITALIC, "a *[[word]]* here", "a [[word]] here"),
    (ITALIC, "a [[*word*]] here", "a [[word]] here"),
    (ITALIC, "a wo|rd here", "a *wo|rd* here"),
    (ITALIC, "|", "*|*"),
    (ITALIC, "*|*", "|"),
    (ITALIC, "**[[word]]**", "***[[word]]***"),
    (ITALIC, "***wo|rd***", "**wo|rd**"),
    (LINK, "a [[word]] here", "a [word](|) here"),
    (LINK, "a [word](|) here", "a [[word]] here"),
    (LINK, "a wo|rd here", "a [word](|) here"),
    (LINK, "see [[https://example.org/a]]", "see [|](https://example.org/a)"),
    (LINK, "see https://exam|ple.org/a", "see [|](https://example.org/a)"),
    (LINK, "see [[https://example.org/(a]]", "see [|](https://example.org/%28a)"),
    (LINK, "a [word]([[https://example.org/a]]) here", "a [[word]] here"),
    (LINK, "|", "[|]()"),
]
LISTS = [
    (ENTER, "- one|", "- one\n- |"),
    (ENTER, "* one|", "* one\n* |"),
    (ENTER, "+ one|", "+ one\n+ |"),
    (ENTER, "1. one|", "1. one\n2. |"),
    (ENTER, "9) one|", "9) one\n10) |"),
    (ENTER, "- [ ] one|", "- [ ] one\n- [ ] |"),
    (ENTER, "- [x] one|", "- [x] one\n- [ ] |"),
    (ENTER, "> one|", "> one\n> |"),
    (ENTER, "> > one|", "> > one\n> > |"),
    (ENTER, "> - one|", "> - one\n> - |"),
    (ENTER, "- one\n  - two|", "- one\n  - two\n  - |"),
    (ENTER, "   1. one|", "   1. one\n   2. |"),
    (ENTER, "\t- one|", "\t- one\n\t- |"),
    (ENTER, "- one| two", "- one\n- |two"),
    (ENTER, "- one |two", "- one \n- |two"),
    (ENTER, "- o[[ne t]]wo", "- o\n- |wo"),
    (ENTER, "1. one|\n2. two", "1. one\n2. |\n2. two"),
    (ENTER, "- one\n- |", "- one\n|"),
    (ENTER, "- one\n  - |", "- one\n|"),
    (ENTER, "> |", "|"),
    (ENTER, "- [ ] |", "|"),
    (ENTER, "3. |\nafter", "|\nafter"),
    (ENTER, "|- one", "\n|- one"),
    (ENTER, "-one|", "-one\n|"),
    (ENTER, "1.5 kilos|", "1.5 kilos\n|"),
    (ENTER, "* * *|", "* * *\n|"),
    (ENTER, "words|", "words\n|"),
    (ENTER, "```\n- one|", "```\n- one\n|"),
    (ENTER, "~~~~\n```\n~~~\n- one|", "~~~~\n```\n~~~\n- one\n|"),
    (ENTER, "- a\n  ```\n  - b|", "- a\n  ```\n  - b\n|"),
    (ENTER, "```\ncode\n```\n- one|", "```\ncode\n```\n- one\n- |"),
    (ENTER, "``` `inline` ```\n- one|", "``` `inline` ```\n- one\n- |"),
    ("Shift+Enter", "- one|", "- one\n|"),
]


def done(paper: "Paper", key: str, before: str) -> list[str]:
    """What a text is after a key, after undo, and after redo."""
    paper.put(before)
    paper.press(key)
    return [paper.text(), paper.undone(), paper.redone()]


@pytest.mark.parametrize("cases", [MARKS, LISTS], ids=["marks", "lists"])
def test_a_key_is_one_step(paper: "Paper", cases: list[tuple[str, str, str]]) -> None:
    wrong = []
    for key, before, after in cases:
        found = done(paper, key, before)
        # What the browser does itself, it undoes itself.
        if found[0] != after or found != [after, before, after]:
            wrong.append((key, before, after, found))
    assert wrong == []


def test_in_a_link_the_key_offers_its_address_before_it_takes_it_away(paper: "Paper") -> None:
    paper.put("a [wo|rd](https://example.org/a_(b)) here")
    paper.press(LINK)
    assert paper.text() == "a [word]([[https://example.org/a_(b)]]) here"
    paper.press(LINK)
    assert paper.text() == "a [[word]] here"


def test_saving_and_previewing_have_keys_in_every_field(paper: "Paper") -> None:
    paper.put("Words|")
    paper.page.fill("#title", "A title")
    for field in ("#body", "#title"):
        paper.page.focus(field)
        with paper.page.expect_response("**/preview/live/"):
            paper.press("Control+Enter")
        paper.page.wait_for_function("() => document.activeElement.className === 'pane'")
        paper.page.focus(field)
        with paper.page.expect_response("**/autosave/") as response:
            paper.press("Control+s")
        assert response.value.json()["status"] == "draft"
        assert paper.page.evaluate("document.activeElement.id") == field[1:]


def test_tab_leaves_the_field(paper: "Paper") -> None:
    paper.put("- one|")
    paper.press("Tab")
    assert paper.text() == "- one|"
    assert paper.page.evaluate("document.activeElement.id") != "body"


def test_a_keyboard_of_another_script_has_the_same_keys(paper: "Paper") -> None:
    paper.put("a [[word]]")
    event = "new KeyboardEvent('keydown', {key: 'и', code: 'KeyB', ctrlKey: true, bubbles: true, cancelable: true})"
    assert paper.page.eval_on_selector("#body", f"field => field.dispatchEvent({event})") is False
    assert paper.text() == "a **[[word]]**"


@pytest.mark.parametrize("options", ["isComposing: true", "keyCode: 229", "altKey: true", "metaKey: true"])
def test_while_a_syllable_is_composed_enter_belongs_to_it(paper: "Paper", options: str) -> None:
    paper.put("- नम|")
    event = f"new KeyboardEvent('keydown', {{key: 'Enter', {options}, bubbles: true, cancelable: true}})"
    assert paper.page.eval_on_selector("#body", f"field => field.dispatchEvent({event})") is True
    assert paper.text() == "- नम|"


def test_steps_among_typed_words_are_undone_one_by_one(paper: "Paper") -> None:
    paper.put("|")
    paper.type("- one")
    paper.press("Enter")
    paper.type("two")
    paper.press(BOLD, "Enter")
    paper.type("three")
    assert paper.text() == "- one\n- **two\n- three|**"
    seen = [paper.undone() for _ in range(5)]
    assert seen == ["- one\n- **two\n- |**", "- one\n- **two|**", "- one\n- two|", "- one\n- |", "- one|"]
    assert [paper.redone() for _ in range(4)][-1] == "- one\n- **two\n- |**"


def test_on_a_mac_the_command_key_counts(paper: "Paper") -> None:
    page = paper.page.context.new_page()
    page.add_init_script("Object.defineProperty(navigator, 'platform', {value: 'MacIntel'})")
    page.goto(paper.page.url)
    bold = page.get_by_role("button", name="Bold")
    assert bold.get_attribute("title") == "Bold (Cmd+B)"
    assert bold.get_attribute("aria-keyshortcuts") == "Meta+B"
    page.fill("#body", "word")
    page.keyboard.press("Control+b")
    assert page.input_value("#body") == "word"
    page.keyboard.press("Meta+b")
    assert page.input_value("#body") == "**word**"
    page.close()
