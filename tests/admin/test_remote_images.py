"""Pictures on other sites are copied here, and nothing of a text is lost when one cannot be."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from blog.config import Settings
from blog.core.editor import working_copy
from blog.core.media import remote
from blog.core.media.remote import ImageFetcher
from blog.models import Media, Post
from tests.admin.conftest import Author, notices, rows
from tests.admin.writing import NEW, again, held
from tests.hub import Hub, listening
from tests.web.ask import served
from tests.world import Blog, picture

COPIES = "/admin/media/copies/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Another site: it answers with a picture of another colour each time."""
    with listening() as hub:
        hub.answers = lambda number: (200, {"Content-Type": "text/html"}, picture(colour=f"#0000{number:02x}"))
        yield hub


@pytest.fixture
def author(blog: Blog, hub: Hub) -> Iterator[Author]:
    """Ana, whose blog may ask the other site."""
    with served(blog, outbound_allow=hub.place) as near:
        yield Author(near)


def there(hub: Hub, name: str = "a.png") -> str:
    return f"http://{hub.place}/{name}"


def copy(author: Author, address: str) -> Any:
    return author.open(COPIES, "POST", data={"address": address, "csrf_token": author.token()}, headers=JSON)


def test_one_picture_is_copied(author: Author, hub: Hub) -> None:
    answer = copy(author, there(hub, "photos/R%C3%ADo.png?size=large"))
    assert answer.status_code == 201 and answer.json["picture"]["name"] == "Río.png"
    [row] = rows(Media)
    assert answer.json["picture"]["path"] == f"/media/{row.name}"
    assert hub.heard[0][:2] == ("GET", "/photos/R%C3%ADo.png?size=large") and "Cookie" not in hub.heard[0][2]
    assert author.post(COPIES, address=there(hub)).location == "/admin/media/2/"


def test_what_cannot_be_copied_is_told(author: Author, hub: Hub) -> None:
    for address, said in {
        "": "is not a whole http or https address",
        "/media/x.png": "is not a whole http or https address",
        "ftp://elsewhere.example/x": "is not a whole http or https address",
        "http://10.0.0.1/x.png": "is not on the public internet",
        "http://127.0.0.1/x.png": "is not on the public internet",
        "http://user:pw@elsewhere.example/": "holds a user name",
    }.items():
        answer = copy(author, address)
        assert answer.status_code == 422 and said in answer.json["error"], address
    assert hub.heard == []
    hub.fails(404)
    assert copy(author, there(hub)).json["error"] == "127.0.0.1 answers with 404."
    hub.fails(200, b"<html>Login", Content_Type="image/png")
    assert copy(author, there(hub)).json["error"] == "a.png: it is a web page, not a picture."
    hub.fails(200, b"x", Location=there(hub), Content_Length=str(50 * 2**20))
    assert copy(author, there(hub)).status_code == 422
    hub.fails(302, Location="http://10.0.0.1/")
    assert "10.0.0.1" in copy(author, there(hub)).json["error"]
    assert rows(Media) == []
    assert author.post(COPIES, address=there(hub)).status_code == 422


BODY = """A ![one]({0}/a.png "Title") and ![two](<{0}/b(1).png>){{.wide}}, [link]({0}/a.png).

<img src='{0}/c.png' alt="raw"> ![ref][r] [![in [brackets]]({0}/a.png)]({0}/a.png)

    ![code]({0}/a.png)

`![code]({0}/never.png)`

[r]: {0}/d.png
"""


def form(author: Author, path: str, body: str) -> dict[str, str]:
    return held(author.page(path)) | {"title": "Rivers", "body": body}


def test_all_pictures_of_a_text_are_copied(author: Author, hub: Hub) -> None:
    site = f"http://{hub.place}"
    fields = form(author, NEW, BODY.format(site).replace("\n", "\r\n"))
    answer = author.post("/admin/posts/new/copies/", **fields)
    assert answer.status_code == 303
    assert notices(author.page(answer.location)) == ["4 pictures are copied here."]
    [post] = rows(Post)
    now = working_copy.load(post.id).fields.body or ""
    a, b, c, d = (f"/media/{row.name}" for row in sorted(rows(Media), key=lambda row: row.id))
    expected = BODY.format("SITE").replace("![one](SITE/a.png", f"![one]({a}").replace("SITE/b(1).png", b)
    expected = expected.replace("src='SITE/c.png", f"src='{c}").replace("[r]: SITE/d.png", f"[r]: {d}")
    expected = expected.replace("brackets]](SITE/a.png", f"brackets]]({a}").replace("SITE", site)
    assert now == expected
    assert (
        author.post(f"/admin/posts/{post.id}/copies/", **form(author, f"/admin/posts/{post.id}/", now)).status_code
        == 303
    )
    assert "All pictures are here already." in author.get(f"/admin/posts/{post.id}/").text
    assert len(hub.heard) == 4


def test_what_could_not_be_copied_stays_and_is_named(author: Author, hub: Hub, blog: Blog) -> None:
    post = blog.make_post("Rivers", body="Before.")
    hub.answers = lambda number: (200, {}, picture()) if number == 1 else (500, {}, b"")
    where, site = f"/admin/posts/{post.id}/", f"http://{hub.place}"
    body = f"![a]({site}/a.png) ![b]({site}/b.png)"
    assert author.post(where + "copies/", **form(author, where, body)).location == where
    said = notices(author.page(where))
    assert said == ["One picture is copied here.", f"{site}/b.png was not copied: 127.0.0.1 answers with 500."]
    assert working_copy.load(post.id).fields.body == f"![a](/media/{rows(Media)[0].name}) ![b]({site}/b.png)"
    assert blog.again(post).body == "Before."  # readers see nothing of it yet


def test_a_form_that_cannot_be_saved_comes_back(author: Author, hub: Hub, blog: Blog) -> None:
    body = f"![a](http://{hub.place}/a.png)"
    fields = form(author, NEW, body) | {"title": ""}
    answer = author.post("/admin/posts/new/copies/", **fields)
    assert answer.status_code == 422 and again(answer)["body"] == body
    assert author.post("/admin/posts/99/copies/", **fields).status_code == 404


@pytest.mark.parametrize(("limit", "most"), [("MAX_IMAGES", 1), ("MAX_SECONDS", -1.0)])
def test_more_than_some_are_copied_in_turns(
    app: Flask, instance: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, limit: str, most: float
) -> None:
    monkeypatch.setattr(remote, limit, most)
    settings: Settings = app.extensions["settings"]
    fetcher = ImageFetcher(settings.media, settings.site_url, (hub.place,))
    outcome = remote.copy_images(f"![a]({there(hub)}) ![b]({there(hub, 'b.png')})", fetcher)
    assert outcome.copied == 1 and outcome.failed == [remote.LATER]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("![a](https://x.example/a.png)", ["https://x.example/a.png"]),
        ("![a](//x.example/a.png)", ["https://x.example/a.png"]),
        ("![a](/media/a.png) [b](https://x.example/b.png)", []),
        ("```\n![a](https://x.example/a.png)\n```", []),
        ("<img src='https://x.example/ä.png?a=1&amp;b=2'>", ["https://x.example/ä.png?a=1&b=2"]),
        ("![a](data:image/png;base64,xxxx)", []),
    ],
)
def test_pictures_on_other_sites_are_found(body: str, found: list[str]) -> None:
    assert remote.remote_images(body) == found


@pytest.mark.parametrize("body", ["<img " * 60_000, '<img x="' * 40_000])
def test_tags_that_never_end_cost_little(body: str) -> None:
    began = time.process_time()
    assert remote.remote_images(body) == []
    assert time.process_time() - began < 10  # 50 kB took ten seconds
