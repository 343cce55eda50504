"""The comparison finds one byte, header, status, exit code or file that differs, and hides none behind a rule."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.answers import coverage
from tests.answers.answer import Answer, of_command, of_reply
from tests.answers.compare import Comparison
from tests.answers.coverage import Route
from tests.answers.expected import EXPECTED, Expected
from tests.answers.normalize import RULES, Normalizer, ids_in
from tests.answers.web import pages
from tests.answers.web.client import Reply

ID, OTHER_ID = "9fda1ba9-59cc-42b8-a8ff-73c52fdbac33", "1c0d4e6a-0f2b-4f0e-8a57-5d3c2b1a0f9e"


def answer(status: int = 200, body: bytes = b"page", **headers: str) -> Answer:
    return of_reply(Reply(status, (("Content-Type", "text/html"), *headers.items()), body))


def parts(
    before: Answer, after: Answer, expected: tuple[Expected, ...] = (), normalizer: Normalizer | None = None
) -> list[str]:
    """The parts that differ."""
    comparison = Comparison(expected)
    normalizers = [normalizer or Normalizer()] * 2
    comparison.compare("page", "GET /", [before, after], normalizers)
    assert comparison.differing["page"] == bool(comparison.differences)
    assert "GET /" in "".join(map(str, comparison.differences)) or not comparison.differences
    return [difference.part for difference in comparison.differences]


PRINTED = of_command(1, b"printed\n", b"", {"card.png": b"\xff\x00"})


@pytest.mark.parametrize(
    ("one", "other", "part"),
    [
        (answer(), answer(201), "status"),
        (answer(), answer(body=b"page "), "body"),
        (answer(), answer(body=b"pag\xff"), "body"),
        (answer(), answer(body=b"page\r"), "body"),
        (answer(), answer(body=b"page\n++\n"), "body"),
        (answer(), answer(Vary="Cookie"), "headers"),
        (answer(ETag='"1"'), answer(ETag='"2"'), "headers"),
        (PRINTED, of_command(0, b"printed\n", b"", {"card.png": b"\xff\x00"}), "exit"),
        (PRINTED, of_command(1, b"printed\r\n", b"", {"card.png": b"\xff\x00"}), "output"),
        (PRINTED, of_command(1, b"printed\n", b"Warning\n", {"card.png": b"\xff\x00"}), "errors"),
        (PRINTED, of_command(1, b"printed\n", b"", {"card.png": b"\xff\x01"}), "card.png"),
        (PRINTED, of_command(1, b"printed\n", b""), "card.png"),
    ],
)
def test_what_changed_is_found(one: Answer, other: Answer, part: str) -> None:
    assert parts(one, other) == parts(other, one) == [part]
    assert parts(one, one) == parts(other, other) == []


def test_order_and_case_of_header_names_mean_nothing_and_those_of_values_do() -> None:
    one = of_reply(Reply(200, (("A", "1"), ("B", "2"), ("B", "3")), b""))
    assert parts(one, of_reply(Reply(200, (("b", "2"), ("b", "3"), ("a", "1")), b""))) == []
    assert parts(one, of_reply(Reply(200, (("A", "1"), ("B", "3"), ("B", "2")), b""))) == ["headers"]


def test_validators_are_compared_where_the_bytes_are_the_same() -> None:
    token = '<input name="csrf_token" value="{}">'
    one, other = (answer(body=token.format(value).encode(), ETag=value) for value in ("one", "two"))
    assert parts(one, other) == []
    assert parts(one, answer(body=token.format("two").encode())) == ["headers"]


def test_what_a_rule_does_not_name_is_compared() -> None:
    lines = [
        '<input name="title" value="{}">', '"tokens": "{}"', "set-cookie: other={}; Secure", "last-modified: {}",
        '<p id="{}">', "/admin/posts/{}/", "/posts/{}/", "{} MB", '"saved_at": "{}"', "retry-after: {}0",
        "/static/css/reader{}.css", "/cards/rivers-012345678{}.png", "/media/012345678{}.png",
    ]  # fmt: skip
    for line in lines:
        one, other = (Normalizer().normalize(line.format(value)) for value in ("1", "2"))
        assert one != other, line


def test_each_rule_replaces_what_is_random_and_keeps_what_is_around_it() -> None:
    examples = {
        "hash in the address of a static file": "/static/css/reader.012345678{}.css",
        "token of a form": '<input name="csrf_token" value="{}">',
        "token of a form, for scripts": '{{"token": "{}"}}',
        "session that can be ended": 'name="session" value="{:0>64}"',
        "invitation that can be revoked": 'name="invitation" value="{:0>64}"',
        "secret address": "/admin/setup/{:0>30}/",
        "session cookie": "set-cookie: __Host-session={}; Secure",
        "end of a session cookie": "set-cookie: a=b; Expires={}; Secure",
        "seconds to wait after too many attempts": "retry-after: 88{}",
        "size of a backup, in words": "({} MB), and verified",
        "size of a backup, in JSON": '"bytes": {}, "made_at"',
        "room on the disk": "{},345 MB of disk are free",
        "bytes and time in the access log": "GET /x/ 200 {} 0.75 hit",
        "time of an autosave": '"saved": "12:3{}"',
        "folder of what a restore replaced": "replaced-20260301T123015Z-abc{}",
    }
    assert list(examples) == [rule.name for rule in RULES]
    for rule in RULES:
        one, other = (examples[rule.name].format(value) for value in (1, 2))
        assert one != rule.apply(one) == rule.apply(other), rule.name
        for text in (f"{one}!", f"!{one}"):
            assert Normalizer().normalize(text) != Normalizer().normalize(one), (rule.name, text)


def test_only_times_of_the_run_are_replaced_and_their_shape_is_kept() -> None:
    normalizer = Normalizer(since=datetime.now(UTC) - timedelta(minutes=1), zone=ZoneInfo("Europe/Berlin"))
    now = datetime.now(UTC)
    assert normalizer.normalize(now.isoformat()) == "9999-99-99T99:99:99.999999+99:99"
    assert normalizer.normalize(f"{now:%a, %d %b %Y %H:%M:%S GMT}") == f"{now:%a}, 99 {now:%b} 9999 99:99:99 GMT"
    assert normalizer.normalize(f"x-{now:%Y%m%dT%H%M%SZ}.zip") == "x-99999999T999999Z.zip"
    assert normalizer.normalize(f"{now.astimezone(normalizer.zone):%Y-%m-%dT%H:%M}") == "9999-99-99T99:99"
    for text in (
        "2026-03-01T12:30:15+00:00",
        "2099-01-01",
        f"{now:%Y-%m-%d}",
        f"{now + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
    ):
        assert normalizer.normalize(text) == text
    assert normalizer.normalize(now.isoformat()) != normalizer.normalize(now.replace(microsecond=0).isoformat())


def test_a_known_time_has_a_name_which_no_other_time_has() -> None:
    normalizer = Normalizer(since=datetime.now(UTC) - timedelta(minutes=1))
    start = datetime.now(UTC).replace(microsecond=0)
    normalizer.mark(start, "start")
    assert normalizer.normalize(f"last-modified: {start:%a, %d %b %Y %H:%M:%S GMT}") == "last-modified: <start>"
    assert normalizer.normalize(f"<lastmod>{start.isoformat()}</lastmod>") == "<lastmod><start></lastmod>"
    assert "<start>" not in normalizer.normalize(start.isoformat())
    assert "<start>" not in normalizer.normalize(f"<lastmod>{(start + timedelta(seconds=1)).isoformat()}</lastmod>")


def test_the_words_of_a_time_are_replaced_with_it_and_not_without_it() -> None:
    normalizer = Normalizer(since=datetime.now(UTC) - timedelta(minutes=1))
    now = datetime.now(UTC).isoformat()
    markup = '<time datetime="{}" lang="en">{}</time>'
    assert normalizer.normalize(markup.format(now, "a")) == normalizer.normalize(markup.format(now, "b"))
    old = "2024-01-01T00:00:00+00:00"
    assert normalizer.normalize(markup.format(old, "a")) != normalizer.normalize(markup.format(old, "b"))
    assert normalizer.normalize(markup.format(now, "a")) != normalizer.normalize(
        markup.format(now, "a").replace("en", "de")
    )


def test_random_ids_are_told_apart_and_known_ones_are_kept() -> None:
    one, other = Normalizer(), Normalizer()
    assert (
        one.normalize(f"{ID} {OTHER_ID} {ID}")
        == other.normalize(f"{OTHER_ID} {ID} {OTHER_ID}")
        == "<id 1> <id 2> <id 1>"
    )
    assert Normalizer().normalize(f"{ID} {OTHER_ID}") != Normalizer().normalize(f"{ID} {ID}")
    assert Normalizer(known_ids={ID}).normalize(ID) == ID
    assert ids_in(f"\x00{ID}post\xff".encode("latin-1")) == {ID}


def test_an_expected_difference_hides_no_other_and_is_reported_if_it_is_not_there() -> None:
    expected = Expected(r"page .*", "Old", "New", "it has a better name")
    assert parts(answer(body=b"Old name"), answer(body=b"New name"), (expected,)) == []
    assert parts(answer(body=b"Old name"), answer(body=b"New game"), (expected,)) == ["body"]
    assert parts(answer(body=b"Old"), answer(body=b"New"), (Expected("file .*", "Old", "New", ""),)) == ["body"]
    comparison = Comparison((expected,))
    comparison.compare("page", "GET /", [answer(body=b"Old")] * 2, [Normalizer()] * 2)
    assert comparison.unused == [expected]
    comparison.compare("page", "GET /", [answer(body=b"Old"), answer(body=b"New")], [Normalizer()] * 2)
    assert not comparison.unused and not comparison.differences
    assert all(each.reason and each.before and each.where for each in EXPECTED)


def test_long_lines_are_shown_where_they_differ_and_the_table_counts_by_kind() -> None:
    comparison = Comparison(())
    before, after = (answer(body=b"x" * 900 + word + b"y" * 900) for word in (b"one", b"two"))
    comparison.compare("page", "GET /", [before, after], [Normalizer()] * 2)
    text = str(comparison.differences[0])
    assert "one" in text and "two" in text and len(text) < 700
    assert comparison.table().split()[-4:] == ["all", "1", "0", "1"]


def test_links_and_forms_are_those_of_the_page() -> None:
    html = (
        '<a href="/a/?b=1&amp;c=2#d">x</a><a href="https://essays.example/e/">x</a><a href="https://elsewhere.example/">x</a>'
        '<img srcset="/f.png 640w, /g.png 1280w"><form method="post" action="/h/"><input name="i" value="1">'
        '<textarea name="j">\nText</textarea><button name="action" value="save">Save <b>it</b></button></form>'
    )
    page = Reply(200, (("Content-Type", "text/html; charset=utf-8"),), html.encode())
    assert list(pages.links(page, "/", "https://essays.example")) == ["/a/?b=1&c=2", "/e/", "/f.png", "/g.png"]
    for press in ("Save it", "action=save"):
        form = pages.form(page, press)
        assert form and form.action == "/h/" and form.fields == {"i": "1", "j": "Text", "action": "save"}
    assert pages.form(page, "Delete") is None
    assert pages.key("/static/css/admin.0123456789.css") == "/static/css/admin.*.css"


def test_what_was_not_asked_is_named() -> None:
    routes = [
        Route("GET", "/"),
        Route("GET", "/<slug>/"),
        Route("GET", "/tags/"),
        Route("POST", "/tags/"),
        Route("GET", "/feed/<page:number>.xml"),
    ]
    missing = coverage.unasked_routes(
        routes, [("GET", "/about/?x=1", 200), ("GET", "/feed/x.xml", 404), ("POST", "/tags/", 303)]
    )
    assert set(missing) == {Route("GET", "/"), Route("GET", "/tags/"), Route("GET", "/feed/<page:number>.xml")}
    options = {"new": {"--tag", "--json"}, "user add": {"--name"}, "tick": set()}
    assert coverage.unused_options(options, ["new X --tag y", "user list"]) == (
        ["user add", "tick"],
        ["new --json", "user add --name"],
    )
