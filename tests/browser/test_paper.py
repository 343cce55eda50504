"""An article on paper: what is read, where it was found, and nothing that can only be clicked."""

import re
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from pypdf import PageObject, PdfReader, mult

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.slow
WORDS = "The river goes on as it did before anybody wrote of it, and will go on after. "
# Their lengths differ, so that pages end at all places of a part.
PARTS = [f"## Heading number {number}\n\n{WORDS * (number % 9 + 1)}\n" for number in range(1, 41)]
FURNITURE = ("Share on", "Archive", "Subscribe", "Previous", "Recent Posts", "Copy", "Follow", "Skip to", "Contents")


@pytest.fixture(scope="module")
def tab(browser: "Browser") -> Iterator["Page"]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _printed(tab: "Page", address: str) -> PdfReader:
    tab.goto(address)
    return PdfReader(BytesIO(tab.pdf(format="A4")))


def _lines(sheet: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", sheet)
    return [" ".join(line.split()) for line in plain.splitlines() if line.strip()]


def _downwards(sheet: PageObject) -> list[str]:
    """The texts of a sheet, the lowest last: a PDF may hold them in another order."""
    found: list[tuple[float, str]] = []

    def see(text: str, page: list[float], line: list[float], *_: object) -> None:
        if text.strip():
            found.append((mult(line, page)[5], text.strip()))

    sheet.extract_text(visitor_text=see)
    return [text for _, text in sorted(found, reverse=True)]


def _bare(text: str) -> str:
    """The text without spaces, which a PDF does not always keep, and without capitals, which may be drawn."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def _strokes(pdf: PdfReader) -> int:
    """How many lines the drawings of the last page and the one before it are made of."""
    return max(len(re.findall(rb"\s(?:l|re)\s", page.get_contents().get_data())) for page in pdf.pages[-2:])


def test_paper_has_the_article_and_nothing_to_click(tab: "Page", library: "Served") -> None:
    pdf = _printed(tab, library.address + "/posts/river/")
    text = _bare(" ".join(page.extract_text() for page in pdf.pages))
    for kept in (
        *("The River & Its “Two” Banks", "Two towns, one river", "Bo Lind", "January 24, 2026"),
        *("The river has two banks", "A river does not sign", "The river, from the west", "Ober", "Panta rhei"),
        *("Neither is printable", "Measured in a dry year", library.address + "/posts/river/"),
    ):
        assert _bare(kept) in text, kept
    for gone in FURNITURE:
        words = [line for page in pdf.pages for line in _lines(page.extract_text()) if line.startswith(gone)]
        assert words == [], gone
    assert "↩" not in text


def test_paper_has_the_address_as_a_drawing(tab: "Page", library: "Served") -> None:
    assert _strokes(_printed(tab, library.address + "/posts/river/")) > 200
    tab.emulate_media(media="print")
    box = tab.get_by_role("img", name="QR code").bounding_box()
    tab.emulate_media(media="null")
    assert box is not None and min(box["width"], box["height"]) > 75  # two centimetres


def test_no_heading_ends_a_sheet_of_paper(tab: "Page", served: "Served") -> None:
    slug = served.publish("Forty parts", "--summary", "On paper", body="\n".join(PARTS))
    sheets = [_downwards(page) for page in _printed(tab, f"{served.address}/posts/{slug}/").pages]
    served.delete(slug)
    assert len(sheets) > 5 and sum(line.startswith("Heading number") for sheet in sheets for line in sheet) == 40
    assert [sheet[-1] for sheet in sheets if sheet[-1].startswith("Heading number")] == []
