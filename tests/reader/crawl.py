"""Walk through a blog as a search engine would: every address that any page, feed or sitemap names."""

from typing import Any
from urllib.parse import urldefrag

from lxml import etree, html

from tests.world import SITE_URL, Blog

STARTS = [
    "/",
    "/feed.xml",
    "/sitemap.xml",
    "/robots.txt",
    "/archive/",
    "/tags/",
    "/subscribe/",
    "/nothing/",
    "/favicon.ico",
]


def crawl(blog: Blog, *more: str) -> dict[str, Any]:
    """Every address that can be reached, with its answer."""
    waiting, answers = [*STARTS, *more], {}
    while waiting:
        path = waiting.pop()
        if path not in answers:
            answers[path] = blog.get(path)
            waiting += _links(path, answers[path])
    return answers


def _links(path: str, answer: Any) -> list[str]:
    kind, text = answer.mimetype, answer.get_data()
    if answer.location:
        named = [answer.location]
    elif kind == "text/html" and text:
        page = html.fromstring(text)
        named = [str(value) for value in page.xpath("//@href | //@src | //form/@action")]
    elif kind.endswith("xml") and "svg" not in kind and text:
        tree = etree.fromstring(text)
        named = tree.xpath("//*[local-name() = 'loc' or local-name() = 'link']/text()")
    else:
        named = []
    return [own for address in named if (own := _own(path, address))]


def _own(path: str, address: str) -> str | None:
    address = urldefrag(address)[0].removeprefix(SITE_URL)
    return address if address.startswith("/") and not address.startswith("//") else None
