"""Pictures at the writing page, in Chromium: pasted, dropped, chosen; described; put into the text as figures."""

import base64
import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.browser.conftest import violations
from tests.browser.looking import LOOKS
from tests.browser.test_previewing import BESIDE, follows
from tests.browser.writing import Writing, saved

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
BRING = """async ([selector, kind, files]) => {
    const transfer = new DataTransfer();
    for (const [name, type, data] of files) {
        const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type }));
    }
    const given = { bubbles: true, cancelable: true };
    const event = kind === "paste" ? new ClipboardEvent(kind, { ...given, clipboardData: transfer })
        : new DragEvent(kind, { ...given, dataTransfer: transfer });
    return !document.querySelector(selector).dispatchEvent(event);
}"""
File = tuple[str, str, bytes]


def drawn(colour: str, size: tuple[int, int] = (900, 600), form: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


def bring(page: "Page", kind: str, files: Sequence[File], selector: str = "#body") -> bool:
    """Paste or drop files; whether the page took them for its own."""
    given = [[name, kind_of, base64.b64encode(data).decode()] for name, kind_of, data in files]
    return bool(page.evaluate(BRING, [selector, kind, given]))


def arrived(page: "Page", number: int = 1) -> Any:
    """The rows of the dialog, once as many pictures have arrived."""
    page.wait_for_function(
        "number => document.querySelectorAll('.uploads img[src]').length === number", arg=number, timeout=60_000
    )
    return page.locator(".uploads > li")


def put_in(page: "Page") -> None:
    page.get_by_role("button", name="Insert", exact=True).click()


def inserted(page: "Page") -> str:
    """The text, once what was put in stands there: the dialog closes first."""
    page.wait_for_function("() => document.querySelector('#body').value.includes('](/media/')")
    return page.input_value("#body")


def test_a_pasted_picture_is_described_and_becomes_a_figure(writing: Writing) -> None:
    page = writing.new("With a picture", "Before.\nAfter.")
    page.evaluate("document.querySelector('#body').setSelectionRange(7, 7)")
    assert bring(page, "paste", [("river.jpg", "image/jpeg", drawn("navy"))])
    row = arrived(page)
    assert page.evaluate("document.activeElement.closest('label').textContent").strip().startswith("Alt text")
    put_in(page)  # without a word on what it shows: refused
    assert page.locator("dialog.pictures").is_visible()
    assert page.evaluate("document.activeElement.validationMessage")
    row.locator("input[type=text]").nth(0).fill("The *river* in spring")
    row.locator("input[type=text]").nth(1).fill('Its "source"')
    put_in(page)
    text = inserted(page)
    assert re.fullmatch(
        r'Before\.\n\n!\[The \\\*river\\\* in spring\]\(/media/[0-9a-f]{24}\.\w+ "Its \\"source\\""\)\n\nAfter\.', text
    )
    page.wait_for_function(f"() => {BESIDE}.querySelector('figure img')?.complete")
    figure = page.evaluate(
        f"""(() => {{
            const figure = {BESIDE}.querySelector("figure"), image = figure.querySelector("img");
            return [image.alt, image.width > 0, image.naturalWidth, figure.querySelector("figcaption").textContent,
                image.currentSrc.split(".").pop()];
        }})()"""
    )
    assert figure == ["The *river* in spring", True, figure[2], 'Its "source"', "webp"] and figure[2] > 0
    page.keyboard.press("Control+z")
    assert page.input_value("#body") == "Before.\nAfter."
    page.keyboard.press("Control+Shift+z")
    assert page.input_value("#body") == text
    saved(page)
    assert text in writing.stored()
    assert writing.complaints == []


def test_several_are_dropped_anywhere_and_one_is_decoration(writing: Writing) -> None:
    page = writing.new("Several", "")
    files = [(f"{colour}.png", "image/png", drawn(colour, form="PNG")) for colour in ("red", "green", "blue")]
    assert bring(page, "dragover", files, ".side") and bring(page, "drop", files, ".side")
    rows = arrived(page, 3)
    rows.nth(0).locator("input[type=text]").nth(0).fill("Red")
    rows.nth(1).get_by_label("Decorative").check()
    rows.nth(2).get_by_role("button", name="Leave it out").click()
    assert rows.count() == 2
    put_in(page)
    assert re.fullmatch(r"!\[Red\]\(/media/[0-9a-f]{24}\.png\)\n\n!\[\]\(/media/[0-9a-f]{24}\.png\)\n*", inserted(page))


def test_the_dialog_is_open_to_all(writing: Writing) -> None:
    page = writing.new("Open to all", "Words.")
    bring(page, "paste", [("one.png", "image/png", drawn("red", form="PNG")), ("two.svg", "image/svg+xml", b"<svg/>")])
    arrived(page)
    page.wait_for_selector(".uploads .wrong:has-text('two.svg')")
    page.locator(".library summary").click()
    page.wait_for_selector(".sheet button")
    wrong = []
    for theme, width, rules in LOOKS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{theme} {width}: {one}" for one in violations(page, rules)]
        assert page.evaluate("document.querySelector('dialog.pictures').scrollWidth") <= width
    assert wrong == []


def test_what_is_no_picture_is_refused_with_its_name(writing: Writing) -> None:
    page = writing.new("Refused", "Words.")
    cut = drawn("red", (2000, 2000))[:5000]
    bring(
        page,
        "drop",
        [("plan.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ("cut.jpg", "image/jpeg", cut)],
    )
    page.wait_for_function("() => [...document.querySelectorAll('.uploads .wrong')].every(one => one.textContent)")
    said = page.locator(".uploads .wrong").all_inner_texts()
    assert "plan.svg" in said[0] and "SVG" in said[0]
    assert "cut.jpg" in said[1] and "damaged or cut off" in said[1]
    put_in(page)
    assert page.locator("dialog.pictures").is_visible()  # these have not arrived: nothing is put in
    page.keyboard.press("Escape")
    assert page.input_value("#body") == "Words."
    assert page.evaluate("document.activeElement.id") == "body"


def test_an_upload_is_shown_cancelled_and_tried_again(writing: Writing) -> None:
    page = writing.new("Slow", "Words.")
    held: list[Any] = []
    page.route("**/admin/media/", lambda route: held.append(route) if not held else route.continue_())
    bring(page, "paste", [("slow.jpg", "image/jpeg", drawn("grey"))])
    page.wait_for_selector(".uploads progress")
    while not held:
        page.wait_for_timeout(20)
    held[0].abort()
    page.wait_for_selector(".uploads .wrong:has-text('did not arrive')")
    page.get_by_role("button", name="Try again").click()
    arrived(page)
    page.get_by_role("button", name="Leave it out").click()
    assert page.locator(".uploads > li").count() == 0
    assert page.get_by_role("button", name="Insert", exact=True).is_hidden()


def test_from_the_library_into_the_text_and_as_the_cover(writing: Writing, tmp_path: Path) -> None:
    file = tmp_path / "harbour.jpg"
    file.write_bytes(drawn("teal", (1600, 900)))
    page = writing.new("Library", "Words.")
    page.get_by_role("button", name="Picture").first.click()
    page.set_input_files("dialog input[type=file]", str(file))
    row = arrived(page)
    row.locator("input[type=text]").nth(0).fill("A harbour")
    put_in(page)
    path = re.findall(r"/media/\S+(?=\))", inserted(page))[0]
    page.get_by_role("button", name="Choose a picture").click()
    page.fill("#find-picture", "harb")
    page.wait_for_function("() => document.querySelectorAll('.sheet li').length === 1")
    page.locator(".sheet button").click()
    assert page.input_value("#cover") == path
    assert page.locator("dialog.pictures").is_hidden()
    assert page.evaluate("document.activeElement.id") == "cover"
    page.wait_for_function(f"() => {BESIDE}.querySelector('.cover img')")
    page.locator(".shared").scroll_into_view_if_needed()
    page.wait_for_selector(".drawn img", timeout=60_000)
    saved(page)
    page.goto(f"{writing.address}/admin/media/?q=harbour")
    assert "harbour.jpg" in page.inner_text("main")
    assert writing.stored("alt", of="media WHERE filename = 'harbour.jpg'") == ["A harbour"]


def test_words_of_a_word_processor_win_over_their_picture(writing: Writing) -> None:
    page = writing.new("Words win", "")
    assert not page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            transfer.setData("text/plain", "Words");
            transfer.setData("text/html", "<p>Words</p>");
            transfer.items.add(new File(["x"], "image.png", { type: "image/png" }));
            const event = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
            document.querySelector("#body").dispatchEvent(event);
            return document.querySelector("dialog.pictures").open;
        }"""
    )


def test_the_dialog_is_worked_by_keys_alone(writing: Writing) -> None:
    page = writing.new("By keys", "")
    page.evaluate("document.querySelector('#body').focus()")
    bring(page, "paste", [("keys.png", "image/png", drawn("olive", form="PNG"))])
    arrived(page)
    page.keyboard.type("Olive green")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Insert":
            break
    page.keyboard.press("Enter")
    follows(page, "")
    assert "![Olive green](" in page.input_value("#body")
    assert page.evaluate("document.activeElement.id") == "body"
