"""Feeds from a process that really serves them: what test_http.py asks of the app holds on the wire as well."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime, parsedate_to_datetime

import brotli
import pytest

from tests.feeds.conftest import Served
from tests.feeds.reading import TYPES, parse
from tests.feeds.test_http import CHARSET, PATHS, SOME, TAG_FORMS
from tests.feeds.validity import valid
from tests.live_server import until

DECODE = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


def test_every_document_is_valid_and_typed(served: Served) -> None:
    for path, form in PATHS.items():
        status, headers, body = served.ask(path)
        assert (status, headers["content-type"]) == (200, TYPES[form] + CHARSET[form]), path
        assert valid(body, form).own == served.address + path
        assert "set-cookie" not in headers and headers["vary"] == "Accept-Encoding"


def test_if_none_match_is_understood_in_every_form(served: Served) -> None:
    for path in SOME:
        for encoding in ("", "gzip", "br"):
            _, headers, _ = served.ask(path, Accept_Encoding=encoding)
            tag = headers["etag"].strip('"').removesuffix(f"-{encoding}")
            for form, (pattern, expected) in TAG_FORMS.items():
                status, short, body = served.ask(path, If_None_Match=pattern.format(tag), Accept_Encoding=encoding)
                assert status == expected, (path, form, encoding)
                if status == 304:
                    assert body == b""
                    assert all(short[name] == headers[name] for name in ("etag", "cache-control", "vary"))


def settled(served: Served) -> bool:
    """Whether a second has gone by since the server began, which counts as a change: until then no date is trusted."""
    date = served.ask("/feed.xml")[1]["last-modified"]
    return served.ask("/feed.xml", If_Modified_Since=date)[0] == 304


def test_it_wins_over_if_modified_since_both_ways(served: Served) -> None:
    until(lambda: settled(served), 5, "a date that is trusted")
    for path in SOME:
        _, headers, _ = served.ask(path)
        tag, modified = headers["etag"], headers["last-modified"]
        assert modified == format_datetime(parsedate_to_datetime(modified), usegmt=True)
        old = "Mon, 01 Jan 2001 00:00:00 GMT"
        assert served.ask(path, If_None_Match=tag, If_Modified_Since=old)[0] == 304
        assert served.ask(path, If_None_Match='"other"', If_Modified_Since=modified)[0] == 200
        assert served.ask(path, If_Modified_Since=modified)[0] == 304
        assert served.ask(path, If_Modified_Since=old)[0] == 200


def test_each_encoding_is_sent_as_asked_and_never_unasked(served: Served) -> None:
    for path in SOME:
        plain = served.ask(path)[2]
        for encoding, decode in DECODE.items():
            _, headers, body = served.ask(path, Accept_Encoding=encoding)
            assert headers.get("content-encoding", "") == encoding
            assert decode(body) == plain and int(headers["content-length"]) == len(body)


def test_head_is_like_get_and_post_is_refused(served: Served) -> None:
    for path in SOME:
        get, head = (served.ask(path, method) for method in ("GET", "HEAD"))
        assert head[0] == 200 and head[2] == b""
        ours = [{name: text for name, text in each[1].items() if name != "date"} for each in (get, head)]
        assert ours[0] == ours[1]
        assert served.ask(path, "POST")[0] == 405


def test_any_user_agent_and_query_are_welcome(served: Served) -> None:
    tag = served.ask("/feed.xml")[1]["etag"]
    for agent in ("", "curl/8", "FeedBurner/1.0 (http://x)"):
        status, headers, _ = served.ask("/feed.xml?utm_source=x", User_Agent=agent)
        assert (status, headers["etag"]) == (200, tag)


@pytest.mark.parametrize("path", SOME)
def test_24_parallel_requests_get_the_same_bytes(served: Served, path: str) -> None:
    with ThreadPoolExecutor(24) as threads:
        answers = list(threads.map(lambda _: served.ask(path), range(24)))
    assert len({(status, headers["etag"], body) for status, headers, body in answers}) == 1
    assert len({headers["last-modified"] for _, headers, _ in answers}) == 1
    assert answers[0][0] == 200 and parse(answers[0][2], PATHS[path]).items


def test_next_leads_to_the_end(served: Served) -> None:
    for path in ("/feed/3.xml", "/feed.xml"):
        feed = parse(served.ask(path)[2], "rss")
        assert len(feed.items) == (3 if "3" in path else 4) and feed.next is None
