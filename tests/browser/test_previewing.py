"""The preview beside the words, in Chromium: it follows, it is what readers get, and it can do nothing else."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.writing import Writing, live, saved
from tests.world import ESSAY

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
WORDS = ESSAY.read_text("utf-8").split("---\n", 2)[2].strip()
BESIDE = "document.querySelector('.pane').shadowRoot.querySelector('.beside')"


def shown(page: "Page") -> str:
    return str(page.evaluate(f"{BESIDE}.innerText"))


def follows(page: "Page", words: str) -> None:
    page.wait_for_function(f"words => {BESIDE}.innerText.includes(words)", arg=words)


def test_it_follows_what_is_typed(writing: Writing) -> None:
    page = writing.new("On rivers")
    follows(page, "On rivers")
    page.click("#body")
    page.keyboard.type("They **rise** in the hills.\n\n- one\ntwo")
    follows(page, "They rise in the hills.")
    follows(page, "two")
    assert page.evaluate(f"{BESIDE}.querySelectorAll('.text li').length") == 2
    assert "words · 1 min" in page.inner_text(".tally")
    page.fill("#summary", "From the hills to the sea.")
    follows(page, "From the hills to the sea.")
    assert writing.complaints == []


def test_it_is_what_readers_get(writing: Writing) -> None:
    page = writing.new("The same for all", WORDS)
    follows(page, "Kudankulam")
    page.fill("#tags", "Trade, Rivers")
    follows(page, "RIVERS")
    beside = page.evaluate(f"{BESIDE}.querySelector('.text').innerHTML.trim()")
    saved(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Publish", exact=True).click()
    page.goto(writing.address + page.get_by_role("link", name="View post").get_attribute("href"))
    there = page.evaluate("document.querySelector('.text').innerHTML.trim()")
    assert re.sub(' style="top: [^"]*"', "", there) == beside  # where notes stand beside it


def test_it_looks_as_readers_see_it(writing: Writing) -> None:
    page = writing.new("Looks", "A paragraph.\n\n## A heading\n\n> A quotation")
    follows(page, "A quotation")
    kinds = ("p", "h2", "blockquote")
    traits = ("fontFamily", "fontSize", "lineHeight", "color", "fontStyle", "fontWeight")
    style = """([selector, traits, root]) => {
        const top = root ? document.querySelector('.pane').shadowRoot : document;
        const style = getComputedStyle(top.querySelector(`.text > ${selector}`));
        return traits.map(trait => style[trait]);
    }"""
    beside = [page.evaluate(style, [kind, traits, True]) for kind in kinds]
    saved(page)
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Preview", exact=True).click()
    assert [popup.value.evaluate(style, [kind, traits, False]) for kind in kinds] == beside
    banner, masthead = popup.value.locator("aside.preview"), popup.value.locator(".masthead")
    assert banner.bounding_box()["y"] + banner.bounding_box()["height"] <= masthead.bounding_box()["y"]


def test_nothing_in_it_runs(writing: Writing) -> None:
    page = writing.new("Hostile <img src=x onerror=alert(1)>")
    page.evaluate("window.harmed = false")
    page.fill(
        "#body",
        "<img src=x onerror='harmed = true'>\n\n<svg onload='harmed = true'></svg>\n\n"
        "<script>harmed = true</script>\n\n[go](javascript:harmed=true)\n\n<iframe src='/'></iframe>\n\nThe end",
    )
    follows(page, "The end")
    page.evaluate(f"{BESIDE}.querySelectorAll('a').forEach(link => link.click())")
    assert page.evaluate("harmed") is False
    assert page.evaluate(f"{BESIDE}.querySelectorAll('script, iframe, svg, [onerror], [onload]').length") == 0
    assert not [said for said in writing.complaints if "Trusted" in said or "Content Security" in said]


def test_only_the_one_policy_may_make_markup(writing: Writing) -> None:
    page = writing.new()
    refused = """(() => { try { %s; return false } catch (error) { return error.name } })()"""
    assert page.evaluate(refused % "document.body.innerHTML = '<b>'") == "TypeError"
    assert page.evaluate(refused % "trustedTypes.createPolicy('mine', { createHTML: text => text })") == "TypeError"
    assert (
        page.evaluate(refused % "trustedTypes.createPolicy('broadsheet', { createHTML: text => text })") == "TypeError"
    )


def test_an_answer_that_was_overtaken_is_never_shown(writing: Writing) -> None:
    page = writing.new("Overtaken")
    held = []
    page.route("**/preview/live/", lambda route: held.append(route) if not held else route.continue_())
    page.click("#body")
    page.keyboard.type("First.")
    page.wait_for_timeout(400)
    page.keyboard.type(" Second.")
    follows(page, "First. Second.")
    assert len(held) == 1
    assert page.evaluate("performance.getEntriesByType('resource').length") > 0
    assert "First. Second." in shown(page)


def test_both_scroll_in_step(writing: Writing) -> None:
    page = writing.new("In step", WORDS)
    follows(page, "Kudankulam")
    heading = re.findall(r"^## (.+)$", WORDS, re.MULTILINE)[2]
    # As one who writes there: the field scrolls to its caret, the preview follows.
    page.locator("#body").hover()
    page.evaluate(
        """heading => {
            const field = document.querySelector('#body'), at = field.value.indexOf('## ' + heading);
            field.focus();
            field.setSelectionRange(at, at);
        }""",
        heading,
    )
    far = page.evaluate("document.querySelector('#body').scrollHeight")
    tops = []
    for part in (0.25, 0.5, 0.75, 1):
        page.evaluate(f"document.querySelector('#body').scrollTop = {far * part}")
        page.wait_for_function(
            "before => document.querySelector('.pane').scrollTop > before", arg=tops[-1] if tops else 0
        )
        page.wait_for_timeout(50)
        tops.append(page.evaluate("document.querySelector('.pane').scrollTop"))
    assert tops == sorted(tops)
    bottom = page.evaluate(
        "(() => { const pane = document.querySelector('.pane'); return pane.scrollHeight - pane.clientHeight })()"
    )
    assert tops[-1] >= bottom - 2
    page.locator(".pane").hover()
    page.mouse.wheel(0, -100_000)
    page.wait_for_function("() => document.querySelector('#body').scrollTop === 0")


def test_links_in_it_lead_nowhere_from_the_words(writing: Writing) -> None:
    page = writing.new("Links", "[Home](/) and[^1] a note.\n\n[^1]: Here.")
    follows(page, "Here.")
    saved(page)
    path = page.url
    with page.expect_popup() as popup:
        page.evaluate(f"{BESIDE}.querySelector('.text a').click()")
    assert popup.value.url == f"{writing.address}/"
    page.evaluate(f"{BESIDE}.querySelector('.footnote-ref a').click()")
    assert page.url == path


def test_the_address_follows_the_title_until_it_is_chosen(writing: Writing) -> None:
    page = writing.new("A first title", "Words.")
    page.wait_for_function("() => document.querySelector('#slug').value === 'a-first-title'")
    page.fill("#title", "A second title")
    page.wait_for_function("() => document.querySelector('#slug').value === 'a-second-title'")
    saved(page)
    page.fill("#slug", "my-own")
    page.fill("#title", "A third title")
    follows(page, "A third title")
    saved(page)
    assert page.input_value("#slug") == "my-own"
    assert "my-own" in writing.stored("slug")
    page.reload()
    live(page)
    page.fill("#title", "A fourth title")
    follows(page, "A fourth title")
    assert page.input_value("#slug") == "my-own"


def test_enter_in_the_title_leads_on(writing: Writing) -> None:
    page = writing.new("One line")
    page.press("#title", "Enter")
    assert page.evaluate("document.activeElement.id") == "summary"
    assert page.input_value("#title") == "One line"


def test_control_enter_previews_and_never_publishes(writing: Writing) -> None:
    page = writing.new("By key", "Words to see.")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.activeElement === document.querySelector('.pane')")
    follows(page, "Words to see.")
    saved(page)
    assert set(writing.stored("published_at IS NULL", of="post WHERE title = 'By key'")) == {1}


def test_on_a_phone_it_is_a_tab(writing: Writing) -> None:
    page = writing.page
    page.set_viewport_size({"width": 360, "height": 740})
    writing.new("On a phone", "Words to see.")
    tabs = page.get_by_role("tab")
    assert page.locator(".pane").is_hidden() and page.locator("#body").is_visible()
    tabs.nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    page.wait_for_selector(".pane", state="visible")
    follows(page, "Words to see.")
    assert page.locator("#body").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.keyboard.press("ArrowLeft")
    assert page.locator("#body").is_visible()
    page.click("#body")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".pane", state="visible")
