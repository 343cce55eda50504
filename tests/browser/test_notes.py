"""Notes beside the text on wide screens, in previews on narrow ones, and where they were without scripts."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Served

CROWD = 20
TEXT = """A first note[^first], in the first screen.

{crowd}

<figure class="wide"><img src="/static/icon.svg" width="1200" height="300" alt="An icon"></figure>

{filling}

<details><summary>More</summary>

Folded[^folded].

</details>

The last words[^last].

[^first]: The first note, with a [link](https://example.org/), and a note of its own[^own].
[^own]: A note on a note.
{notes}
[^folded]: What is said of the folded.
[^last]: {last}
"""
WIDE, TABLET = {"width": 1440, "height": 900}, {"width": 800, "height": 900}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 740}, "has_touch": True, "is_mobile": True}
SHIFT = """window.shift = 0; new PerformanceObserver(list => {
    for (const entry of list.getEntries()) shift += entry.value; }).observe({type: 'layout-shift', buffered: true});"""
PLACES = """() => {
    const place = element => element.getBoundingClientRect().toJSON();
    return [...document.querySelectorAll('.footnotes > ol > li')].map(note => ({
        ...place(note), mark: place(document.getElementById(note.id.replace('fn-', 'fnref-'))) }));
}"""


IN_VIEW = """id => {
    const {top, bottom} = document.querySelector(id).getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
}"""


def _text() -> str:
    crowd = " ".join(f"Word[^c{number}]" for number in range(CROWD))
    notes = "\n".join(f"[^c{number}]: Of word {number}, which is said again and again." for number in range(CROWD))
    last = "\n\n    ".join(f"Paragraph {number} of the last note, which is long." for number in range(20))
    return TEXT.format(crowd=crowd, notes=notes, last=last, filling="\n\n".join(["A line of text."] * 40))


@pytest.fixture(scope="module")
def written(served: "Served", tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a post with many notes."""
    text = tmp_path_factory.mktemp("notes") / "notes.md"
    text.write_text(_text())
    slug = served.publish("Notes", "--unlisted", "--file", str(text))
    yield f"{served.address}/posts/{slug}/"
    served.delete(slug)


class Reader:
    """A reader's browser, and all that it complains of."""

    def __init__(self, browser: "Browser", **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(**options)
        self.context.add_init_script(SHIFT)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def places(self) -> list[dict[str, Any]]:
        """Where notes stand, and their marks."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return list(self.page.evaluate(PLACES))

    def box(self, selector: str) -> dict[str, float]:
        """Where an element stands."""
        found = self.page.locator(selector).first.bounding_box()
        assert found
        return {**found}

    def shown(self) -> str:
        """What the preview says."""
        self.page.wait_for_selector(".note:popover-open")
        return self.page.inner_text(".note > div:last-child")

    def gone(self) -> None:
        """Wait until no preview is shown."""
        self.page.wait_for_selector(".note", state="hidden")

    def focused(self) -> str:
        """The id or the class of what has the focus."""
        return str(self.page.evaluate("document.activeElement.id || document.activeElement.className"))


@contextmanager
def _reading(browser: "Browser", **window: Any) -> Iterator[Reader]:
    reader = Reader(browser, **window)
    yield reader
    assert reader.complaints == []
    reader.context.close()


@pytest.fixture(scope="module")
def wide(browser: "Browser", written: str) -> Iterator[Reader]:
    """A reader with a wide screen."""
    with _reading(browser, viewport=WIDE) as reader:
        yield reader


@pytest.fixture(scope="module")
def narrow(browser: "Browser", written: str) -> Iterator[Reader]:
    """A reader with a mouse and a narrow window."""
    with _reading(browser, viewport=TABLET) as reader:
        yield reader


@pytest.fixture(scope="module")
def phone(browser: "Browser", written: str) -> Iterator[Reader]:
    """A reader with a phone."""
    with _reading(browser, **PHONE) as reader:
        yield reader


# -- beside the text ----------------------------------------------------------------------------------------


def test_notes_stand_beside_the_text_on_their_lines_and_apart(wide: Reader, written: str) -> None:
    wide.page.goto(written)
    places = wide.places()
    text = wide.box(".text")
    assert len(places) == CROWD + 4
    assert all(text["x"] + text["width"] < place["left"] and place["right"] <= WIDE["width"] for place in places)
    by_height = sorted(places, key=lambda place: float(place["top"]))
    assert all(before["bottom"] <= after["top"] for before, after in pairwise(by_height))
    assert places[0]["top"] == pytest.approx(places[0]["mark"]["top"], abs=15)
    assert places[-2]["top"] == pytest.approx(places[-2]["mark"]["top"], abs=15)
    assert places[-1]["bottom"] <= wide.box(".social")["y"]


def test_no_note_stands_on_a_picture_that_reaches_into_the_margin(wide: Reader, written: str) -> None:
    wide.page.goto(written)
    notes, picture = wide.places(), wide.box("figure.wide")
    assert max(note["right"] for note in notes) > picture["x"] + picture["width"] > min(note["left"] for note in notes)
    bottom = picture["y"] + picture["height"]
    assert all(note["bottom"] <= picture["y"] or bottom <= note["top"] for note in notes)


def test_nothing_jumps_when_notes_take_their_places(wide: Reader, written: str) -> None:
    wide.page.goto(written, wait_until="networkidle")
    wide.places()
    assert wide.page.evaluate("shift") == 0


def test_what_is_unfolded_moves_the_notes_below(wide: Reader, written: str) -> None:
    wide.page.goto(written)
    wide.places()
    wide.page.click("summary:has-text('More')")
    folded, last, _ = wide.places()[-3:]
    for note in (folded, last):
        assert note["top"] == pytest.approx(note["mark"]["top"], abs=15)


def test_a_narrower_window_puts_the_notes_back(wide: Reader, written: str) -> None:
    wide.page.goto(written)
    wide.page.set_viewport_size({"width": 390, "height": 740})
    places, text = wide.places(), wide.box(".text")
    assert {round(place["left"]) for place in places} == {round(places[0]["left"])}
    assert places[0]["top"] > places[0]["mark"]["top"] + 1000 and places[0]["left"] < text["x"] + 60
    wide.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert wide.places()[0]["top"] == pytest.approx(wide.places()[0]["mark"]["top"], abs=15)
    wide.page.emulate_media(media="print")
    assert wide.places()[0]["left"] < wide.box(".text")["x"] + 60
    wide.page.emulate_media(media="screen")


def test_where_text_runs_the_other_way_so_do_margins(wide: Reader, written: str) -> None:
    wide.page.goto(written)
    wide.page.evaluate("document.documentElement.dir = 'rtl'")
    assert all(0 <= place["left"] < place["right"] < wide.box(".text")["x"] for place in wide.places())


def test_marks_and_the_ways_back_lead_where_they_say(wide: Reader, narrow: Reader, written: str) -> None:
    for reader in (wide, narrow):
        reader.page.goto(f"{written}#fn-{CROWD}")
        note = f"#fn-{CROWD}"
        reader.page.wait_for_function(IN_VIEW, arg=note)
        reader.page.focus(f"{note} .footnote-backref")
        reader.page.keyboard.press("Enter")
        reader.page.wait_for_function(IN_VIEW, arg=f"#fnref-{CROWD}")
        reader.page.focus("#fnref-1")
        reader.page.keyboard.press("Enter")
        reader.page.wait_for_function(IN_VIEW, arg="#fn-1")
        reader.page.keyboard.press("Tab")
        assert reader.page.evaluate("document.activeElement.href") == "https://example.org/"


def test_beside_their_text_notes_need_no_preview(wide: Reader, written: str) -> None:
    wide.page.goto(written)
    wide.page.hover("#fnref-1")
    wide.page.focus("#fnref-1")
    wide.page.keyboard.press("Shift")
    wide.places()
    assert not wide.page.is_visible(".note")
    assert violations(wide.page) == []


# -- previews -----------------------------------------------------------------------------------------------


def test_pointing_at_a_mark_shows_its_note(narrow: Reader, written: str) -> None:
    narrow.page.goto(written)
    narrow.page.hover("#fnref-1")
    assert narrow.shown().startswith("The first note, with a link")
    assert "↩" not in narrow.shown()
    mark, box = narrow.box("#fnref-1"), narrow.box(".note")
    assert 0 <= box["y"] - mark["y"] - mark["height"] < 20 and abs(box["x"] - mark["x"]) < 400
    ids = narrow.page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))
    assert violations(narrow.page) == []
    narrow.page.hover(".note")
    narrow.page.hover(".note a >> nth=1")
    assert narrow.page.is_visible(".note")
    narrow.page.hover("h1")
    narrow.gone()


def test_a_mark_with_the_focus_shows_its_note_until_escape(narrow: Reader, written: str) -> None:
    narrow.page.goto(written)
    narrow.page.focus("#fnref-2")
    narrow.page.keyboard.press("Shift+Tab")
    assert narrow.shown().startswith("The first note")
    narrow.page.keyboard.press("Escape")
    narrow.gone()
    assert narrow.focused() == "fnref-1"
    narrow.page.keyboard.press("Tab")
    assert narrow.page.evaluate("document.activeElement.href").endswith("#fn-2") and "Of word 0" in narrow.shown()


def test_a_tap_opens_a_sheet_that_gives_the_focus_back(phone: Reader, written: str) -> None:
    phone.page.goto(written)
    phone.page.tap("#fnref-1")
    assert phone.shown().startswith("The first note")
    assert phone.focused() == "note text sheet"
    assert phone.page.get_by_role("dialog", name="Note 1").is_visible()
    sheet = phone.box(".note")
    assert sheet["x"] == 0 and sheet["y"] + sheet["height"] == pytest.approx(740, abs=1)
    assert violations(phone.page) == []
    for leave in (
        lambda: phone.page.keyboard.press("Escape"),
        lambda: phone.page.touchscreen.tap(4, 300),
        lambda: phone.page.get_by_role("button", name="Close").tap(),
    ):
        if not phone.page.is_visible(".note"):
            phone.page.tap("#fnref-1")
            phone.shown()
        leave()
        phone.gone()
        phone.page.wait_for_function("() => document.activeElement.id === 'fnref-1'")


def test_a_long_note_scrolls_and_its_name_leads_to_it(phone: Reader, written: str) -> None:
    phone.page.goto(written)
    number = CROWD + 3
    last = f"fnref-{number}"
    phone.page.tap(f"#{last}")
    assert "Paragraph 19" in phone.shown()
    assert phone.box(".note")["height"] <= 740 * 0.6 + 1
    assert phone.page.evaluate("(box => box.scrollHeight > box.clientHeight)(document.querySelector('.note'))")
    phone.page.tap(".note .label")
    phone.page.wait_for_url(f"**#fn-{number}")
    phone.gone()
    assert phone.focused() != last


def test_without_scripts_marks_are_links(browser: "Browser", written: str) -> None:
    reader = Reader(browser, viewport=WIDE, java_script_enabled=False)
    reader.page.goto(written)
    reader.page.click("#fnref-1")
    assert reader.page.url.endswith("#fn-1")
    assert reader.box("#fn-1")["x"] < reader.box(".text")["x"] + 60
    reader.context.close()


def test_where_the_script_never_comes_notes_end_the_text(browser: "Browser", written: str) -> None:
    reader = Reader(browser, viewport=WIDE)
    reader.page.route("**/article.*.js", lambda route: route.abort())
    reader.page.goto(written)
    reader.page.wait_for_function("() => getComputedStyle(document.querySelector('#fn-1')).visibility === 'hidden'")
    reader.page.evaluate("document.getAnimations().forEach(each => each.finish())")
    assert reader.page.is_visible("#fn-1") and reader.box("#fn-1")["x"] < reader.box(".text")["x"] + 60
    reader.context.close()


# -- contents -----------------------------------------------------------------------------------------------


def test_contents_beside_the_text_say_that_they_are_open(wide: Reader, address: str) -> None:
    wide.page.goto(f"{address}/posts/diplomatic-relations/")
    contents = wide.page.locator(".contents > details")
    assert contents.get_attribute("open") is not None
    wide.page.click(".contents summary")
    assert contents.get_attribute("open") is not None
    wide.page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    wide.page.wait_for_selector(".contents > details:not([open])")
    wide.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    wide.page.wait_for_selector(".contents > details[open]")


def test_contents_name_the_part_that_is_read(wide: Reader, address: str) -> None:
    wide.page.goto(f"{address}/posts/diplomatic-relations/")
    if not wide.page.evaluate("CSS.supports('selector(:target-current)')"):
        pytest.skip("this Chromium marks no current part")
    for place in (2, -1):
        link = wide.page.locator(".contents a").nth(place)
        link.click()
        wide.page.wait_for_function(
            "place => [...document.querySelectorAll('.contents a')].at(place).matches(':target-current')", arg=place
        )
