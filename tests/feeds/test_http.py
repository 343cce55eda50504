"""Feeds over HTTP: reference/feeds.md, "Over HTTP". Every format, of the site, a tag and an author, and older posts."""

import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import brotli
import pytest

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.site.settings import configure
from tests.feeds.conftest import BODY
from tests.feeds.reading import FORMATS, PLACES, TYPES, address
from tests.web.ask import ask, served
from tests.world import Blog

NOW = datetime(2031, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)
# Path -> format.
PATHS = {address(form, place, number): form for form in FORMATS for place in PLACES for number in (None, 2)}
# One of each kind, the last of older posts, for what would take long with all of them.
SOME = ["/feed.xml", "/atom.xml", "/feed.json", "/tags/rivers/atom.xml", "/authors/ana/feed.xml", "/feed/2.json"]
NEWEST = SOME[:5]
CHARSET = {"rss": "; charset=utf-8", "atom": "; charset=utf-8", "json": ""}


def stamp(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def test_each_is_typed_cached_and_open_to_all(rivers: Blog) -> None:
    for path, form in PATHS.items():
        headers = rivers.get(path).headers
        assert headers["Content-Type"] == TYPES[form] + CHARSET[form], path
        caching = headers["Cache-Control"]
        assert "public" in caching and "stale-while-revalidate" in caching
        assert 300 <= int(caching.partition("max-age=")[2].partition(",")[0]) <= 3600
        assert headers["Access-Control-Allow-Origin"] == "*"


def test_none_sets_a_cookie_or_varies_by_one(rivers: Blog) -> None:
    for path in PATHS:
        for cookie in ("a=b", f"{rivers.app.config['SESSION_COOKIE_NAME']}=x"):
            headers = rivers.get(path, Cookie=cookie).headers
            assert "Set-Cookie" not in headers, path
            assert headers["Vary"] == "Accept-Encoding", path


def test_validators_have_the_right_form(rivers: Blog) -> None:
    for path in PATHS:
        headers = rivers.get(path).headers
        assert headers["ETag"].startswith('"') and headers["ETag"].endswith('"') and len(headers["ETag"]) > 10, path
        assert headers["Last-Modified"] == stamp(parsedate_to_datetime(headers["Last-Modified"])), path


def test_a_tag_names_one_document_alone(rivers: Blog) -> None:
    assert len({rivers.get(path).headers["ETag"] for path in PATHS}) == len(PATHS)


def test_post_is_refused_and_head_answers_like_get(rivers: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    for path in PATHS:
        answer = ask(rivers, path, "POST")
        assert answer.status_code == 405 and "GET" in answer.headers["Allow"], path
        for encoding in ("", "gzip", "br"):
            get, head = (ask(rivers, path, method, Accept_Encoding=encoding) for method in ("GET", "HEAD"))
            assert sorted(get.headers) == sorted(head.headers) and head.data == b"", path


def test_each_is_given_to_any_user_agent(rivers: Blog) -> None:
    for path in PATHS:
        for agent in ("", "curl/8", "Mozilla/5.0", "FeedBurner/1.0 (http://x)", "\x7f"):
            assert rivers.get(path, User_Agent=agent).status_code == 200, (path, agent)


def test_unknown_query_strings_change_nothing(rivers: Blog) -> None:
    for path in PATHS:
        plain, asked = rivers.get(path), rivers.get(f"{path}?utm_source=x&page=2&n=100")
        assert (asked.data, asked.headers["ETag"]) == (plain.data, plain.headers["ETag"]), path


def test_the_link_header_names_the_document_itself_and_its_hubs(rivers: Blog) -> None:
    configure("hubs", "https://hub.example/, https://höb.example/数学?a=1")
    for path in PATHS:
        links = rivers.get(path).headers["Link"]
        assert links.isascii()
        assert f'<https://essays.example{path}>; rel="self"' in links
        assert '<https://hub.example/>; rel="hub"' in links
        assert '<https://xn--hb-fka.example/%E6%95%B0%E5%AD%A6?a=1>; rel="hub"' in links


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


def test_if_none_match_is_understood_in_every_form(rivers: Blog) -> None:
    for path in SOME:
        tag = rivers.get(path).headers["ETag"].strip('"')
        for form, (pattern, status) in TAG_FORMS.items():
            for encoding in ("", "gzip", "br"):
                answer = rivers.get(path, If_None_Match=pattern.format(tag), Accept_Encoding=encoding)
                assert answer.status_code == status, (form, encoding)


def test_it_is_understood_without_a_page_cache_too(rivers: Blog) -> None:
    with served(rivers, page_cache_mb=0) as uncached:
        for path in SOME:
            tag = uncached.get(path).headers["ETag"]
            assert tag == rivers.get(path).headers["ETag"]
            assert uncached.get(path, If_None_Match=f"W/{tag}").status_code == 304
            assert uncached.get(path, If_None_Match='"other"').status_code == 200


def test_if_modified_since_is_understood(rivers: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    for path in SOME:
        modified = parsedate_to_datetime(rivers.get(path).headers["Last-Modified"])
        for seconds, status in ((-86400, 200), (-1, 200), (0, 304), (1, 304), (86400, 304)):
            answer = rivers.get(path, If_Modified_Since=stamp(modified + timedelta(seconds=seconds)))
            assert answer.status_code == status, seconds
        for nonsense in ("yesterday", "", "0", "Wed, 99 Foo 2024 00:00:00 GMT"):
            assert rivers.get(path, If_Modified_Since=nonsense).status_code == 200


def test_if_none_match_wins_over_if_modified_since_both_ways(rivers: Blog) -> None:
    for path in SOME:
        headers = rivers.get(path).headers
        tag, modified = headers["ETag"], headers["Last-Modified"]
        old = "Mon, 01 Jan 2001 00:00:00 GMT"
        assert rivers.get(path, If_None_Match=tag, If_Modified_Since=old).status_code == 304
        assert rivers.get(path, If_None_Match='"other"', If_Modified_Since=modified).status_code == 200
        assert rivers.get(path, If_None_Match=tag, If_Modified_Since=modified).status_code == 304


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_an_unchanged_answer_is_empty_and_repeats_what_caches_need(rivers: Blog, encoding: str) -> None:
    for path in SOME:
        full = rivers.get(path, Accept_Encoding=encoding)
        for method in ("GET", "HEAD"):
            answer = ask(rivers, path, method, Accept_Encoding=encoding, If_None_Match=full.headers["ETag"])
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


def test_it_is_compressed_only_as_asked(rivers: Blog) -> None:
    for path in SOME:
        for asked, encoding in ENCODINGS.items():
            answer = rivers.get(path, Accept_Encoding=asked)
            assert answer.headers.get("Content-Encoding") == encoding, asked
            plain = {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}[encoding](answer.data)
            assert plain == rivers.get(path).data
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_it_is_never_compressed_unasked(rivers: Blog) -> None:
    for path in SOME:
        assert "Content-Encoding" not in rivers.get(path).headers


def test_each_encoding_has_a_tag_of_its_own(rivers: Blog) -> None:
    for path in SOME:
        tags = {rivers.get(path, Accept_Encoding=encoding).headers["ETag"] for encoding in ("", "gzip", "br")}
        assert len(tags) == 3
        for tag in tags:
            for encoding in ("", "gzip", "br"):
                assert rivers.get(path, If_None_Match=tag, Accept_Encoding=encoding).status_code == 304


def test_a_small_feed_varies_by_encoding_too(blog: Blog) -> None:
    assert blog.get("/feed.xml", Accept_Encoding="gzip").headers["Vary"] == "Accept-Encoding"


EDITS: dict[str, Callable[[int], object]] = {
    "title": lambda post_id: publish.edit(post_id, Fields(title="Other")),
    "slug": lambda post_id: publish.edit(post_id, Fields(slug="other")),
    "body": lambda post_id: publish.edit(post_id, Fields(body="Other.")),
    "minor": lambda post_id: publish.edit(post_id, Fields(body="Other."), minor=True),
    "tags": lambda post_id: publish.edit(post_id, Fields(tags=["Other"])),
    "unlisted": lambda post_id: publish.edit(post_id, Fields(unlisted=True)),
    "unpublished": publish.unpublish,
    "deleted": publish.delete,
    "site": lambda _: configure("title", "Other"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_noticed_even_within_one_second(rivers: Blog, at: Callable[[datetime], None], edit: str) -> None:
    at(NOW)
    post = rivers.make_post("Last", tags=["Rivers"], author_id=1, published_at=NOW - timedelta(days=1))
    before = {path: rivers.get(path).headers for path in NEWEST}
    for path in NEWEST:
        assert rivers.get(path, If_Modified_Since=before[path]["Last-Modified"]).status_code == 304
    at(NOW + timedelta(milliseconds=300))
    EDITS[edit](post.id)
    for path in NEWEST:
        modified, tag = before[path]["Last-Modified"], before[path]["ETag"]
        for known in ({"If_Modified_Since": modified}, {"If_None_Match": tag}):
            assert rivers.get(path, **known).status_code == 200, path
    at(NOW + timedelta(seconds=5))
    for path in NEWEST:
        after = rivers.get(path, If_Modified_Since=before[path]["Last-Modified"])
        assert after.status_code == 200
        dates = [parsedate_to_datetime(headers["Last-Modified"]) for headers in (before[path], after.headers)]
        assert dates[0] < dates[1], path


def test_many_edits_within_one_second_are_all_noticed(rivers: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    post = rivers.make_post("Edited", published_at=NOW - timedelta(days=1))
    for number in range(5):
        seen = {path: rivers.get(path).headers["Last-Modified"] for path in SOME}
        assert all(parsedate_to_datetime(date) <= NOW for date in seen.values())
        publish.edit(post.id, Fields(body=f"Edit {number}."))
        for path in SOME:
            assert rivers.get(path, If_Modified_Since=seen[path]).status_code == 200, (number, path)


def test_an_edit_of_a_draft_changes_nothing(rivers: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    draft = rivers.make_post("Draft", published_at=None)
    before = [rivers.get(path).headers for path in SOME]
    publish.edit(draft.id, Fields(body="More."))
    after = [rivers.get(path).headers for path in SOME]
    for name in ("ETag", "Last-Modified"):
        assert [headers[name] for headers in after] == [headers[name] for headers in before]


def test_parallel_requests_get_the_same_bytes(rivers: Blog) -> None:
    for number in range(20):
        rivers.make_post(f"Post {number}", body=BODY)

    def fetch(path: str) -> tuple[int, bytes, str]:
        answer = rivers.app.test_client().get(path)
        return answer.status_code, answer.data, answer.headers["ETag"]

    for path in SOME:
        with ThreadPoolExecutor(24) as threads:
            answers = set(threads.map(fetch, [path] * 24))
        assert len(answers) == 1 and next(iter(answers))[0] == 200, path
