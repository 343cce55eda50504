"""Rich text that was pasted, as the writing page asks for it."""

import pytest

from tests.admin.conftest import Author, Visitor
from tests.admin.live import ask, ladder

PATH = "/admin/posts/markdown/"


def test_rich_text_becomes_markdown(author: Author) -> None:
    answer = ask(author, PATH, html="<p>A <b>bold</b> word</p><ul><li>and an item</li></ul>")
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    assert answer.json == {"markdown": "A **bold** word\n\n- and an item"}


@pytest.mark.parametrize("html", ["", "   ", "<script>x</script>"])
def test_nothing_becomes_nothing(author: Author, html: str) -> None:
    assert ask(author, PATH, html=html).json["markdown"].strip() == ""


@pytest.mark.parametrize("html", ["<b>" * 1000, "<p>x</p>" * 100_000])
def test_what_is_too_much_is_refused_with_a_sentence(author: Author, html: str) -> None:
    answer = ask(author, PATH, html=html)
    assert answer.status_code == 422 and "Paste it" in answer.json["error"]


def test_who_may_not_ask_is_told_why(author: Author, visitor: Visitor) -> None:
    ladder(author, visitor, PATH, {"html": "<b>x</b>"})
