"""Tags completed by keys, by mouse, and told to those who only hear; open to all in both themes."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import violations
from tests.browser.looking import LOOKS

if TYPE_CHECKING:
    from tests.browser.paper import Paper

pytestmark = pytest.mark.slow
FIELD, LIST = "#tags", "[role=listbox]"


def offered(paper: "Paper", typed: str) -> list[str]:
    """What is offered once this was typed: as one, so that it is asked for once, however busy the machine."""
    paper.page.keyboard.insert_text(typed)
    paper.page.locator(f"{LIST} li").first.wait_for()
    return paper.page.locator(f"{LIST} li").all_inner_texts()


def begin(paper: "Paper", text: str = "|") -> None:
    paper.put(text, FIELD)


def chosen(paper: "Paper") -> str | None:
    """Which suggestion is read out."""
    field = "document.querySelector('#tags').getAttribute('aria-activedescendant')"
    return paper.page.evaluate(f"document.getElementById({field})?.textContent ?? null")  # type: ignore[no-any-return]


def test_names_are_offered_and_taken_by_keys(paper: "Paper") -> None:
    begin(paper)
    assert offered(paper, "wa") == ["Walks, long", "Warsaw", "Water", "Waves"]
    assert paper.page.get_attribute(FIELD, "aria-expanded") == "true"
    assert paper.page.locator(".field:has(#tags) [role=status]").inner_text() == "4 suggestions"
    seen = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown", "ArrowDown"):
        paper.press(key)
        seen.append(chosen(paper))
    assert seen == ["Walks, long", "Warsaw", "Walks, long", None, "Waves", None, "Walks, long", "Warsaw"]
    paper.press("Enter")
    assert paper.text(FIELD) == "Warsaw, |"
    assert paper.page.get_attribute(FIELD, "aria-expanded") == "false"
    assert chosen(paper) is None
    paper.press("Control+z")
    assert paper.text(FIELD) == "wa|"


def test_tab_takes_what_is_chosen_and_else_leaves(paper: "Paper") -> None:
    begin(paper)
    offered(paper, "wat")
    paper.press("ArrowDown", "Tab")
    assert paper.text(FIELD) == "Water, |"
    assert offered(paper, "riv") == ["Rivers"]
    paper.press("Tab")
    assert paper.text(FIELD) == "Water, riv|"
    assert paper.page.evaluate("document.activeElement.id") != "tags"
    assert not paper.page.locator(LIST).is_visible()


def test_enter_sends_no_form_while_the_list_is_open(paper: "Paper") -> None:
    begin(paper)
    offered(paper, "wat")
    paper.press("Enter")
    assert paper.text(FIELD) == "wat|"
    assert not paper.page.locator(LIST).is_visible()
    assert paper.page.url.endswith("/new/")
    paper.page.fill("#title", "A title")
    paper.page.focus(FIELD)
    paper.page.eval_on_selector(".writing", "form => form.addEventListener('submit', event => event.preventDefault())")
    paper.page.eval_on_selector(".writing", "form => form.addEventListener('submit', () => { form.dataset.sent = 1 })")
    paper.press("Enter")
    assert paper.page.get_attribute(".writing", "data-sent") == "1"


def test_escape_closes_and_the_arrow_opens(paper: "Paper") -> None:
    begin(paper)
    offered(paper, "wat")
    paper.press("Escape")
    assert not paper.page.locator(LIST).is_visible()
    paper.press("ArrowDown")
    paper.page.locator(f"{LIST} li").first.wait_for()


def test_a_tag_in_the_middle_is_completed_and_none_is_offered_twice(paper: "Paper") -> None:
    begin(paper, 'water, | , "Walks, long", Birds')
    # Behind them may be what other tests typed, which was saved by itself.
    assert offered(paper, "wa")[:2] == ["Warsaw", "Waves"]
    paper.page.locator(f"{LIST} li", has_text="Waves").click()
    assert paper.text(FIELD) == 'water, Waves|, "Walks, long", Birds'
    begin(paper, "Birds, |")
    offered(paper, "walk")
    paper.press("ArrowDown", "Enter")
    assert paper.text(FIELD) == 'Birds, "Walks, long", |'


def test_what_is_complete_is_not_offered(paper: "Paper") -> None:
    begin(paper)
    with paper.page.expect_response("**/admin/tags/names/**"):
        paper.type("Water")
    assert not paper.page.locator(LIST).is_visible()


def test_the_list_is_open_to_all(paper: "Paper") -> None:
    wrong = []
    begin(paper)
    offered(paper, "wa")
    paper.press("ArrowDown")
    for theme, width, rules in LOOKS:
        paper.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        paper.page.set_viewport_size({"width": width, "height": 900})
        assert paper.page.locator(LIST).is_visible()
        wrong += [f"{theme} {width}: {one}" for one in violations(paper.page, rules)]
        assert paper.page.evaluate("document.documentElement.scrollWidth") <= width
    paper.complaints.clear()  # axe gives styles to what it looks at, which our policy refuses it
    assert wrong == []
