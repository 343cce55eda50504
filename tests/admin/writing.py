"""The writing page under test: what its form holds, and sending it back."""

from typing import Any

from lxml import html

from tests.admin.conftest import Visitor

NEW = "/admin/posts/new/"


def held(page: html.HtmlElement) -> dict[str, str]:
    """What a browser would send of the page's form if nothing were changed."""
    form = page.forms[-1]
    # The first line end in a textarea is no part of its text.
    texts = {field.get("name"): (field.text or "").removeprefix("\n") for field in form.xpath(".//textarea")}
    return dict(form.form_values()) | texts


def send(author: Visitor, path: str, action: str = "save", **changed: Any) -> Any:
    """The answer to the form of a page, sent back with some fields changed; None leaves a field out."""
    fields = held(author.page(path)) | {"action": action} | changed
    return author.post(path, **fields)


def wrong(answer: Any) -> dict[str, str]:
    """What a rejected form says beside its fields."""
    page = html.document_fromstring(answer.text)
    said = page.xpath("//*[@id and contains(@class, 'wrong')]")
    return {element.get("id").removesuffix("-wrong"): " ".join(element.text_content().split()) for element in said}


def again(answer: Any) -> dict[str, str]:
    """What the form of an answer holds."""
    return held(html.document_fromstring(answer.text))
