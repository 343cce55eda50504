"""What readers rely on, asked of a blog as they would, and told so that no change of looks shows in it."""

from typing import Any

import feedparser
from flask.testing import FlaskClient
from lxml import etree, html

from tests.schemas import library

ADDRESSES = (
    "/", "/page/2/", "/tags/", "/tags/rivers/", "/tags/letters/", "/tags/c/", "/tags/c-2/", "/archive/",
    "/archive/1969/", "/archive/2020/", "/archive/2022/", "/authors/bo-lind/", "/posts/unlisted/", "/subscribe/",
    "/robots.txt", "/posts/renamed/", "/posts/deleted/", "/2020/02/rivers.html", "/old/rivers/", "/elsewhere",
)  # fmt: skip
FEEDS = (
    "/feed.xml", "/atom.xml", "/feed.json", "/tags/rivers/feed.xml", "/tags/letters/atom.xml",
    "/authors/bo-lind/feed.json", "/feed/1.xml",
)  # fmt: skip


def by_readers(client: FlaskClient) -> dict[str, Any]:
    """The status of each address, the facts of each article, the items of each feed, the texts of authors."""
    places = sitemap(client)
    articles = sorted(path for path in {*places, "/posts/unlisted/"} if path.startswith("/posts/"))
    answers = {path: _answer(client, path) for path in (*ADDRESSES, *FEEDS, *library.HIDDEN, *sorted(places))}
    return {
        "answers": {path: said for path, said in answers.items() if said != "404" or path in library.HIDDEN},
        "articles": {path: _article(client, path) for path in articles},
        "markdown": {path: client.get(f"{path.rstrip('/')}.md").text for path in articles},
        "feeds": {path: _items(client.get(path)) for path in FEEDS if answers[path] == "200"},
        "sitemap": places,
    }


def sitemap(client: FlaskClient) -> dict[str, str]:
    """The paths that the sitemap names, and since when each is as it is."""
    root = etree.fromstring(client.get("/sitemap.xml").data)
    told = [{etree.QName(part).localname: part.text or "" for part in place} for place in root]
    return {"/" + place["loc"].split("/", 3)[3]: place.get("lastmod", "") for place in told}


def _answer(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    return f"{answer.status_code} {answer.headers.get('Location', '')}".strip()


def _article(client: FlaskClient, path: str) -> dict[str, Any]:
    page = html.document_fromstring(client.get(path).text)
    (entry,) = page.xpath("//article[contains(@class, 'h-entry')]")

    def told(name: str, what: str = "string()") -> list[str]:
        found = entry.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]")
        return [" ".join(str(one.xpath(what)).split()) for one in found]

    return {
        "title": told("p-name"),
        "summary": told("p-summary"),
        "author": told("p-author"),
        "published": told("dt-published", "string(@datetime)"),
        "tags": sorted(told("p-category")),
        "address": told("u-url", "string(@href)"),
        "canonical": page.xpath("//link[@rel = 'canonical']/@href"),
        "language": entry.xpath("string(ancestor-or-self::*[@lang][1]/@lang)"),
        "text": told("e-content"),
    }


def _items(answer: Any) -> list[dict[str, Any]]:
    if answer.mimetype.endswith("json"):
        return [
            {name: value for name, value in item.items() if name != "content_html"}
            | {"text": _text(item["content_html"])}
            for item in answer.json["items"]
        ]
    return [
        {
            "id": item.id,
            "title": item.title,
            "link": item.link,
            "published": item.published,
            "tags": [tag.term for tag in item.get("tags", [])],
            "text": _text(item.content[0].value),
        }
        for item in feedparser.parse(answer.data).entries
    ]


def _text(markup: str) -> str:
    return " ".join(html.fragment_fromstring(markup, create_parent="div").text_content().split())
