"""The page cache: right after every edit, the same for everybody, and never larger than it may be."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Blueprint, Response, request

from blog import clock
from blog.core.accounts import people
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.site.settings import configure
from blog.extensions import db
from blog.web.page_cache import PageCache, ResponseStore
from blog.web.responses import EncodedResponse, RequestHead
from blog.web.static_files import StaticFiles
from tests.recorder import recorded
from tests.web.ask import ask, put, rough, served
from tests.world import Blog

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
At = Callable[[datetime], None]
LONG = "Water goes where it must. " * 60


def cache(blog: Blog) -> PageCache:
    found: PageCache = blog.app.extensions["page_cache"]
    return found


def asked(blog: Blog, path: str, **headers: str) -> tuple[Any, int]:
    """An answer, and how many questions it cost the database."""
    with recorded() as statements:
        answer = blog.get(path, **headers)
    return answer, len(statements)


PATHS = ["/", "/posts/rivers/", "/posts/rivers.md", "/tags/water/", "/archive/", "/feed.xml", "/sitemap.xml", "/about/"]


@pytest.fixture
def rivers(blog: Blog) -> int:
    """A post and a page."""
    blog.make_post("About", kind="page", slug="about")
    return blog.make_post("Rivers", slug="rivers", body=LONG, tags=["Water"]).id


@pytest.mark.parametrize("path", PATHS)
def test_the_second_reader_costs_the_database_nothing(blog: Blog, rivers: int, path: str) -> None:
    first, questions = asked(blog, path)
    assert first.status_code == 200 and questions
    for headers in ({}, {"Accept_Encoding": "gzip"}, {"Accept_Encoding": "br"}, {"If_None_Match": "*"}):
        assert asked(blog, path, **headers)[1] == 0
    again, _ = asked(blog, path)
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
    with recorded() as statements:
        head = ask(blog, path, "HEAD")
    assert not statements and head.data == b"" and head.headers["Content-Length"] == str(len(first.data))


def test_a_kept_page_is_the_page_that_would_be_made(blog: Blog, rivers: int, at: At) -> None:
    at(datetime.now(UTC) + timedelta(hours=1))
    with served(blog, page_cache_mb=0) as fresh:
        for path in PATHS:
            for encoding in ("", "gzip", "br", "gzip;q=0.5, br;q=0.1", "identity"):
                blog.get(path)
                kept = blog.get(path, Accept_Encoding=encoding)
                made = fresh.get(path, Accept_Encoding=encoding)
                assert kept.headers["ETag"] == made.headers["ETag"]
                assert kept.headers.get("Content-Encoding") == made.headers.get("Content-Encoding")
                left_out = {"Content-Length"} if kept.headers.get("Content-Encoding") else set()
                assert {*kept.headers.keys()} == {*made.headers.keys()}
                for name in {*kept.headers.keys()} - left_out:
                    assert kept.headers[name] == made.headers[name], (path, name)


def test_nothing_is_kept_when_nothing_may_be(blog: Blog, rivers: int) -> None:
    with served(blog, page_cache_mb=0) as fresh:
        fresh.get("/")
        assert len(cache(fresh).store) == 0 and asked(fresh, "/")[1] > 0


def test_every_edit_is_seen_at_once(blog: Blog, rivers: int) -> None:
    for number in range(20):
        publish.edit(rivers, Fields(title=f"Rivers {number}"))
        for path in ("/", "/posts/rivers/", "/feed.xml", "/tags/water/", "/archive/"):
            assert f"Rivers {number}" in blog.get(path).get_data(as_text=True), path
    publish.delete(rivers)
    assert blog.get("/posts/rivers/").status_code == 410
    publish.undelete(rivers)
    assert blog.get("/posts/rivers/").status_code == 200
    configure("title", "Streams")
    assert "Streams" in blog.get("/posts/rivers/").get_data(as_text=True)


def test_what_no_reader_sees_empties_nothing(blog: Blog, rivers: int) -> None:
    for path in PATHS:
        blog.get(path)
    draft = blog.make_post("Draft", published_at=None, tags=["Water"])
    publish.edit(draft.id, Fields(body="More."))
    people.add("ana@example.org", "Ana", "a long enough password")
    put("UPDATE person SET password = 'x'")
    put("UPDATE site SET samples_at = changed_at")
    assert len(cache(blog).store) == len(PATHS)
    for path in PATHS:
        assert asked(blog, path)[1] <= 1, path  # the watcher's own question


def test_a_scheduled_post_appears_when_it_is_due(blog: Blog, at: At) -> None:
    at(NOW)
    blog.make_post("Tomorrow", slug="tomorrow", published_at=NOW + timedelta(days=1))
    assert blog.get("/posts/tomorrow/").status_code == 404
    assert b"Tomorrow" not in blog.get("/").data
    at(NOW + timedelta(days=1, seconds=-1))
    assert b"Tomorrow" not in blog.get("/").data
    at(NOW + timedelta(days=1))
    assert b"Tomorrow" in blog.get("/").data and b"Tomorrow" in blog.get("/feed.xml").data
    assert blog.get("/posts/tomorrow/").status_code == 200


def test_query_strings_neither_enter_nor_defeat_it(blog: Blog, rivers: int) -> None:
    blog.get("/posts/rivers/")
    for number in range(500):
        assert asked(blog, f"/posts/rivers/?utm_source={number}")[1] == 0
    assert len(cache(blog).store) == 1


def test_an_answer_that_looked_at_the_query_string_is_not_kept(blog: Blog) -> None:
    made = Blueprint("made", __name__)
    made.add_url_rule("/echo/", view_func=lambda: Response(request.args.get("q", "-"), mimetype="text/plain"))
    blog.app._got_first_request = False
    blog.app.register_blueprint(made)
    for word in ("one", "two", ""):
        assert blog.get(f"/echo/?q={word}").get_data(as_text=True) == word
    assert len(cache(blog).store) == 0


def test_what_is_wrong_or_personal_is_not_kept(blog: Blog, rivers: int) -> None:
    rough(blog)
    made = Blueprint("made", __name__)
    for name, header in {"cookie": "Set-Cookie", "secret": "Cache-Control", "mine": "Cache-Control"}.items():
        value = {"cookie": "a=b", "secret": "no-store", "mine": "private"}[name]
        made.add_url_rule(
            f"/made/{name}", name, lambda header=header, value=value: Response("x", headers={header: value})
        )
    made.add_url_rule("/made/broken", "broken", lambda: 1 / 0)
    blog.app._got_first_request = False
    blog.app.register_blueprint(made)
    publish.edit(rivers, Fields(slug="streams"))
    publish.delete(blog.make_post("Gone", slug="gone").id)
    for path in ("/nothing/", "/posts/gone/", "/posts/rivers/", "/tags", "/healthz", "/share/mastodon/?post=streams"):
        blog.get(path)
    statuses = {name: blog.get(f"/made/{name}").status_code for name in ("cookie", "secret", "mine", "broken")}
    assert statuses == {"cookie": 200, "secret": 200, "mine": 200, "broken": 500}
    assert ask(blog, "/", "POST").status_code == 405 and ask(blog, "/", Host="evil.example").status_code == 400
    assert len(cache(blog).store) == 0


def test_who_is_signed_in_gets_and_leaves_nothing_here(blog: Blog, rivers: int) -> None:
    blog.client = blog.app.test_client(use_cookies=False)
    assert asked(blog, "/", Cookie="__Host-session=x")[1] > 0
    assert len(cache(blog).store) == 0
    blog.get("/")
    assert asked(blog, "/", Cookie="a=b; __Host-session=x")[1] > 0
    assert asked(blog, "/", Cookie="theme=dark; __Host-subsession")[1] == 0


def test_a_strange_host_gets_no_kept_page(blog: Blog, rivers: int) -> None:
    rough(blog)
    blog.get("/")
    for host in ("evil.example", "essays.example@evil.example", "x" * 5000, ""):
        assert ask(blog, "/", Host=host).status_code == 400


def test_addresses_that_do_not_exist_leave_nothing(blog: Blog) -> None:
    rough(blog)
    for number in range(200):
        assert blog.get(f"/posts/none-{number}/").status_code == 404
    assert len(cache(blog).store) == 0


def test_one_builds_while_the_others_wait(blog: Blog) -> None:
    built, gate = [], threading.Barrier(9)
    made = Blueprint("made", __name__)

    def slow() -> Response:
        built.append(1)
        threading.Event().wait(0.3)
        return Response("slow")

    made.add_url_rule("/slow/", view_func=slow)
    blog.app._got_first_request = False
    blog.app.register_blueprint(made)
    answers = []

    def reader() -> None:
        gate.wait()
        answers.append(blog.app.test_client().get("/slow/").data)

    readers = [threading.Thread(target=reader) for _ in range(8)]
    for one in readers:
        one.start()
    gate.wait()
    for one in readers:
        one.join()
    assert answers == [b"slow"] * 8 and len(built) == 1


def test_a_builder_that_fails_lets_the_next_one_try(blog: Blog) -> None:
    rough(blog)
    tried = []
    made = Blueprint("made", __name__)

    def shaky() -> Response:
        tried.append(1)
        if len(tried) == 1:
            raise ValueError("the first time")
        return Response("fine")

    made.add_url_rule("/shaky/", view_func=shaky)
    blog.app._got_first_request = False
    blog.app.register_blueprint(made)
    assert [blog.get("/shaky/").status_code for _ in range(3)] == [500, 200, 200] and len(tried) == 2


def test_an_edit_while_a_page_is_built_is_not_missed(blog: Blog, rivers: int) -> None:
    """The page is made of what was read before the edit: it may be sent, and must not be kept."""
    made = Blueprint("made", __name__)

    def meddling() -> Response:
        title = db.session.execute(db.text("SELECT title FROM post WHERE slug = 'rivers'")).scalar()
        db.session.rollback()
        if title == "Rivers":
            publish.edit(rivers, Fields(title="Streams"))
        return Response(f"<p>{title}")

    made.add_url_rule("/meddling/", view_func=meddling)
    blog.app._got_first_request = False
    blog.app.register_blueprint(made)
    assert [blog.get("/meddling/").data for _ in range(3)] == [b"<p>Rivers", b"<p>Streams", b"<p>Streams"]


def test_many_edits_within_a_second_are_dated_as_soon_as_the_date_has_come(blog: Blog, rivers: int, at: At) -> None:
    at(NOW + timedelta(days=300))
    for number in range(5):  # each gets a second of its own: the last one lies ahead
        publish.edit(rivers, Fields(title=f"Rivers {number}"))
    early = blog.get("/").headers["Last-Modified"]
    at(NOW + timedelta(days=300, seconds=10))
    late, questions = asked(blog, "/")
    assert late.headers["Last-Modified"] > early and questions == 0
    assert blog.get("/", If_Modified_Since=early).status_code == 200
    assert blog.get("/", If_Modified_Since=late.headers["Last-Modified"]).status_code == 304
    assert blog.get("/", If_None_Match=late.headers["ETag"]).headers["Last-Modified"] == late.headers["Last-Modified"]


# -- the store ----------------------------------------------------------------------------------------------


def answer(size: int) -> EncodedResponse:
    return EncodedResponse("200 OK", [("Content-Type", "image/png")], b"x" * size)


def test_a_store_keeps_within_its_bytes_and_lets_the_least_used_go() -> None:
    store = ResponseStore(200_000)
    for number in range(100):
        store.put(f"/{number}", store._version, answer(10_000))
        store.get("/0", store._version)
        assert store.bytes <= 200_000
    assert store.get("/0", store._version) and store.get("/99", store._version)
    assert not store.get("/1", store._version) and 10 < len(store) < 20


def test_a_store_takes_nothing_that_would_fill_it() -> None:
    store = ResponseStore(200_000)
    store.put("/small", store._version, answer(100))
    store.put("/large", store._version, answer(50_000))
    assert len(store) == 1 and store.get("/small", store._version)


def test_a_newer_version_empties_a_store_and_an_older_one_finds_nothing() -> None:
    store = ResponseStore(200_000)
    store.get("/", 5)
    store.put("/", 5, answer(100))
    assert store.get("/", 4) is None and store.get("/", 5)
    store.put("/late", 4, answer(100))
    assert store.get("/late", 5) is None
    assert store.get("/", 6) is None and (len(store), store.bytes) == (0, 0)


def test_each_encoding_is_weighed(blog: Blog, rivers: int) -> None:
    blog.get("/posts/rivers/", Accept_Encoding="gzip")
    light = cache(blog).store.bytes
    blog.get("/posts/rivers/", Accept_Encoding="br")
    middle = cache(blog).store.bytes
    plain = len(blog.get("/posts/rivers/").data)
    assert light < middle and cache(blog).store.bytes == middle + plain
    assert clock.now() and len(cache(blog).store) == 1


def test_the_megabytes_are_shared_among_the_workers(blog: Blog) -> None:
    with served(blog, page_cache_mb=10, workers=4) as shared:
        assert cache(shared).store.limit == 10 * 2**20 // 4


def test_only_what_is_encoded_already_lies_ready(blog: Blog, rivers: int) -> None:
    css = re.findall(r'href="(/static/css/reader[^"]+)"', blog.get("/posts/rivers/").text)[0]
    files: StaticFiles = blog.app.extensions["static_files"]
    pages = cache(blog)
    for path, ready in (
        ("/posts/rivers/", lambda head: pages.ready(head, pages.watcher.version)),
        (css, files.ready),
    ):
        blog.get(path, Accept_Encoding="gzip")
        for encoding, is_ready in (("gzip", True), ("br", False)):
            head = RequestHead("GET", path, "localhost", "", encoding, None, None)
            assert bool(ready(head)) == is_ready
            blog.get(path, Accept_Encoding=encoding)
            answer = ready(head)
            assert answer and ("Content-Encoding", encoding) in answer.headers
