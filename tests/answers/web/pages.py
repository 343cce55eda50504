"""Read pages as a browser does: the links that they name, and the forms that they hold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urljoin

from lxml import html

from tests.answers.web.client import Browser, Reply, encoded, multipart

ADDRESSES = re.compile(r'\b(?:href|src|srcset|content|data-[a-z]+)="([^"]*)"')
# A hash in the name of a file: each checkout is asked for its own.
HASH = re.compile(r"(?<=[.-])[0-9a-f]{10,}(?=\.\w+$)")


def links(reply: Reply, path: str, site_url: str) -> Iterator[str]:
    """Yield the addresses on this site that an answer names: path and query, without the fragment."""
    if reply.header("Location"):
        addresses = [reply.header("Location")]
    elif reply.type == "text/html":
        values = [unescape(value) for value in ADDRESSES.findall(reply.text)]
        addresses = [part.split()[0] for value in values for part in value.split(", ") if part.strip()]
    elif reply.type.endswith(("xml", "json")):
        addresses = re.findall(rf"{re.escape(site_url)}/[^\s\"'<>\\)]*", unescape(unescape(reply.text)))
    elif reply.type in ("text/javascript", "text/css"):
        addresses = re.findall(r"""(?:from |import |import\(|url\()["']?([./][\w./-]+)""", reply.text)
    else:
        addresses = []
    for address in addresses:
        if not address.startswith(("/", ".", "?", site_url)):
            continue
        try:
            whole = urldefrag(urljoin(f"{site_url}{path}", address)).url
        except ValueError:
            continue
        if whole.startswith(f"{site_url}/"):
            yield whole.removeprefix(site_url)


def key(path: str) -> str:
    """Return an address without the hash of a file's content."""
    return HASH.sub("*", path) if path.startswith(("/static/", "/cards/")) else path


@dataclass(frozen=True)
class Form:
    """A form as it is sent when one of its buttons is pressed."""

    action: str
    fields: Mapping[str, str]
    with_files: bool


def form(reply: Reply, press: str) -> Form | None:
    """Return the form with a button of this label, or of this `name=value`."""
    if reply.type == "text/html" and reply.body:
        for element in html.document_fromstring(reply.text).forms:
            for button in element.xpath(".//button"):
                name, value = button.get("name", ""), button.get("value", "")
                if element.method == "POST" and press in (" ".join(button.text_content().split()), f"{name}={value}"):
                    fields = dict(_fields(element)) | ({name: value} if name else {})
                    action = button.get("formaction") or element.action or ""
                    return Form(action, fields, "multipart" in element.get("enctype", ""))
    return None


def _fields(element: Any) -> Iterator[tuple[str, str]]:
    for name, value in element.form_values():
        yield name, value or ""
    for area in element.xpath(".//textarea"):
        yield area.get("name"), (area.text or "").removeprefix("\n")


def send(browser: Browser, filled: Form, files: Mapping[str, bytes] | None = None, **headers: str) -> Reply:
    """Send a form as browsers do; `files` go into its field `file`."""
    fields = {name: value.replace("\r\n", "\n").replace("\n", "\r\n") for name, value in filled.fields.items()}
    kind, body = multipart(fields, files or {}) if filled.with_files else encoded(fields)
    return browser.ask("POST", filled.action, {"Content-Type": kind, **headers}, body)


def submit(
    browser: Browser, path: str, press: str, values: Mapping[str, str], files: Mapping[str, bytes] | None = None
) -> list[Reply]:
    """Open a page, fill in its form, press a button, and follow where it leads; return all replies.

    Return the page alone if it has no such button.
    """
    page = browser.ask("GET", path)
    filled = form(page, press)
    if filled is None:
        return [page]
    answer = send(browser, Form(filled.action, {**filled.fields, **values}, filled.with_files), files)
    replies = [page, answer]
    if answer.status in (302, 303) and answer.header("Location"):
        replies.append(browser.ask("GET", answer.header("Location")))
    return replies
