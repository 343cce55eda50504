"""The feed over HTTP: reference/feeds.md, "Over HTTP"."""

import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import brotli
import pytest

from blog.core import configuring, publishing
from blog.core.publishing import Fields
from tests.web.ask import ask
from tests.world import Blog

NOW = datetime(2031, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)
BODY = "Water and stone. " * 100


@pytest.fixture
def feed(blog: Blog) -> Blog:
    """A blog with a post that is worth compressing."""
    blog.make_post("Post", slug="post", body=BODY)
    return blog


def stamp(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def test_it_is_typed_cached_and_open_to_all(feed: Blog) -> None:
    headers = feed.get("/feed.xml").headers
    assert headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    caching = headers["Cache-Control"]
    assert "public" in caching and "stale-while-revalidate" in caching
    assert 300 <= int(caching.partition("max-age=")[2].partition(",")[0]) <= 3600
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_it_sets_no_cookie_and_varies_by_none(feed: Blog) -> None:
    headers = feed.get("/feed.xml", Cookie="a=b").headers
    assert "Set-Cookie" not in headers
    assert headers["Vary"] == "Accept-Encoding"


def test_its_validators_have_the_right_form(feed: Blog) -> None:
    headers = feed.get("/feed.xml").headers
    assert headers["ETag"].startswith('"') and headers["ETag"].endswith('"') and len(headers["ETag"]) > 10
    assert headers["Last-Modified"] == stamp(parsedate_to_datetime(headers["Last-Modified"]))


def test_post_is_refused_and_head_answers_like_get(feed: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    answer = ask(feed, "/feed.xml", "POST")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]
    for encoding in ("", "gzip", "br"):
        get, head = (ask(feed, "/feed.xml", method, Accept_Encoding=encoding) for method in ("GET", "HEAD"))
        assert sorted(get.headers) == sorted(head.headers) and head.data == b""


def test_it_is_given_to_any_user_agent(feed: Blog) -> None:
    for agent in ("", "curl/8", "Mozilla/5.0", "FeedBurner/1.0 (http://x)", "\x7f"):
        assert feed.get("/feed.xml", User_Agent=agent).status_code == 200, agent


def test_unknown_query_strings_change_nothing(feed: Blog) -> None:
    plain, asked = feed.get("/feed.xml"), feed.get("/feed.xml?utm_source=x&page=2&n=100")
    assert (asked.data, asked.headers["ETag"]) == (plain.data, plain.headers["ETag"])


TAG_FORMS = {
    "exact": ('"{}"', 304),
    "weak": ('W/"{}"', 304),
    "list": ('"other", "{}"', 304),
    "weak list": ('W/"a",W/"{}" , "b"', 304),
    "any": ("*", 304),
    "any with space": (" * ", 304),
    "a proxy's gzip": ('"{}-gzip"', 304),
    "a proxy's weak gzip": ('W/"{}-gzip"', 304),
    "brotli": ('"{}-br"', 304),
    "wrong": ('"other"', 200),
    "part": ('"{}x"', 200),
    "prefix": ('"x{}"', 200),
    "unquoted": ("{}", 200),
    "empty": ("", 200),
    "star in quotes": ('"*"', 200),
}


def test_if_none_match_is_understood_in_every_form(feed: Blog) -> None:
    tag = feed.get("/feed.xml").headers["ETag"].strip('"')
    for form, (pattern, status) in TAG_FORMS.items():
        for encoding in ("", "gzip", "br"):
            answer = feed.get("/feed.xml", If_None_Match=pattern.format(tag), Accept_Encoding=encoding)
            assert answer.status_code == status, (form, encoding)


def test_if_modified_since_is_understood(feed: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    modified = parsedate_to_datetime(feed.get("/feed.xml").headers["Last-Modified"])
    for seconds, status in ((-86400, 200), (-1, 200), (0, 304), (1, 304), (86400, 304)):
        answer = feed.get("/feed.xml", If_Modified_Since=stamp(modified + timedelta(seconds=seconds)))
        assert answer.status_code == status, seconds
    for nonsense in ("yesterday", "", "0", "Wed, 99 Foo 2024 00:00:00 GMT"):
        assert feed.get("/feed.xml", If_Modified_Since=nonsense).status_code == 200


def test_if_none_match_wins_over_if_modified_since_both_ways(feed: Blog) -> None:
    headers = feed.get("/feed.xml").headers
    tag, modified = headers["ETag"], headers["Last-Modified"]
    old = "Mon, 01 Jan 2001 00:00:00 GMT"
    assert feed.get("/feed.xml", If_None_Match=tag, If_Modified_Since=old).status_code == 304
    assert feed.get("/feed.xml", If_None_Match='"other"', If_Modified_Since=modified).status_code == 200
    assert feed.get("/feed.xml", If_None_Match=tag, If_Modified_Since=modified).status_code == 304


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_an_unchanged_answer_is_empty_and_repeats_what_caches_need(feed: Blog, encoding: str) -> None:
    full = feed.get("/feed.xml", Accept_Encoding=encoding)
    for method in ("GET", "HEAD"):
        answer = ask(feed, "/feed.xml", method, Accept_Encoding=encoding, If_None_Match=full.headers["ETag"])
        assert (answer.status_code, answer.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert answer.headers[name] == full.headers[name], name
        assert "Content-Encoding" not in answer.headers and answer.headers.get("Content-Length", "0") == "0"


ENCODINGS = {
    "": None,
    "identity": None,
    "gzip": "gzip",
    "br": "br",
    "gzip, br": "br",
    "gzip, deflate, br, zstd": "br",
    "gzip;q=1.0, br;q=0.5": "gzip",
    "gzip;q=0": None,
    "gzip;q=0, br": "br",
    "br;q=0, *": "gzip",
    "*": "br",
    "*;q=0": None,
    "identity;q=1, *;q=0": None,
    "deflate": None,
    "GZIP": "gzip",
}


def test_it_is_compressed_only_as_asked(feed: Blog) -> None:
    for asked, encoding in ENCODINGS.items():
        answer = feed.get("/feed.xml", Accept_Encoding=asked)
        assert answer.headers.get("Content-Encoding") == encoding, asked
        plain = {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}[encoding](answer.data)
        assert plain == feed.get("/feed.xml").data
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_it_is_never_compressed_unasked(feed: Blog) -> None:
    assert "Content-Encoding" not in feed.get("/feed.xml").headers


def test_each_encoding_has_a_tag_of_its_own(feed: Blog) -> None:
    tags = {feed.get("/feed.xml", Accept_Encoding=encoding).headers["ETag"] for encoding in ("", "gzip", "br")}
    assert len(tags) == 3
    for tag in tags:
        for encoding in ("", "gzip", "br"):
            assert feed.get("/feed.xml", If_None_Match=tag, Accept_Encoding=encoding).status_code == 304


def test_a_small_feed_varies_by_encoding_too(blog: Blog) -> None:
    assert blog.get("/feed.xml", Accept_Encoding="gzip").headers["Vary"] == "Accept-Encoding"


EDITS: dict[str, Callable[[int], object]] = {
    "title": lambda post_id: publishing.edit(post_id, Fields(title="Other")),
    "slug": lambda post_id: publishing.edit(post_id, Fields(slug="other")),
    "body": lambda post_id: publishing.edit(post_id, Fields(body="Other.")),
    "minor": lambda post_id: publishing.edit(post_id, Fields(body="Other."), minor=True),
    "tags": lambda post_id: publishing.edit(post_id, Fields(tags=["Other"])),
    "unlisted": lambda post_id: publishing.edit(post_id, Fields(unlisted=True)),
    "unpublished": publishing.unpublish,
    "deleted": publishing.delete,
    "site": lambda _: configuring.configure("title", "Other"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_noticed_even_within_one_second(feed: Blog, at: Callable[[datetime], None], edit: str) -> None:
    at(NOW)
    post = feed.make_post("Last", published_at=NOW - timedelta(days=1))
    before = feed.get("/feed.xml").headers
    assert feed.get("/feed.xml", If_Modified_Since=before["Last-Modified"]).status_code == 304
    at(NOW + timedelta(milliseconds=300))
    EDITS[edit](post.id)
    for known in ({"If_Modified_Since": before["Last-Modified"]}, {"If_None_Match": before["ETag"]}):
        assert feed.get("/feed.xml", **known).status_code == 200
    at(NOW + timedelta(seconds=5))
    after = feed.get("/feed.xml", If_Modified_Since=before["Last-Modified"])
    assert after.status_code == 200
    assert parsedate_to_datetime(after.headers["Last-Modified"]) > parsedate_to_datetime(before["Last-Modified"])


def test_many_edits_within_one_second_are_all_noticed(feed: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    post = feed.make_post("Edited", published_at=NOW - timedelta(days=1))
    for number in range(5):
        seen = feed.get("/feed.xml").headers["Last-Modified"]
        assert parsedate_to_datetime(seen) <= NOW
        publishing.edit(post.id, Fields(body=f"Edit {number}."))
        assert feed.get("/feed.xml", If_Modified_Since=seen).status_code == 200, number


def test_an_edit_of_a_draft_changes_nothing(feed: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    draft = feed.make_post("Draft", published_at=None)
    before = feed.get("/feed.xml").headers
    publishing.edit(draft.id, Fields(body="More."))
    after = feed.get("/feed.xml").headers
    assert (after["ETag"], after["Last-Modified"]) == (before["ETag"], before["Last-Modified"])


def test_parallel_requests_get_the_same_bytes(feed: Blog) -> None:
    for number in range(20):
        feed.make_post(f"Post {number}", body=BODY)

    def fetch(_: int) -> tuple[int, bytes, str]:
        answer = feed.app.test_client().get("/feed.xml")
        return answer.status_code, answer.data, answer.headers["ETag"]

    with ThreadPoolExecutor(24) as threads:
        answers = set(threads.map(fetch, range(24)))
    assert len(answers) == 1 and next(iter(answers))[0] == 200
