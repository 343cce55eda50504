"""The addresses under /.well-known/: WebFinger, the Bluesky id, security.txt."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from blog.core.errors import Invalid
from blog.core.site.settings import configure
from tests.web.ask import ask
from tests.world import SITE_URL, Blog

SECURITY = "/.well-known/security.txt"
DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


@pytest.mark.parametrize(
    "resource",
    ["acct:ana@mastodon.social", "acct:anybody@essays.example", "acct:@ana@essays.example", SITE_URL, f"{SITE_URL}/"],
)
def test_the_domain_leads_to_the_authors_account(blog: Blog, resource: str) -> None:
    configure("fediverse", "@ana@mastodon.social")
    answer = blog.get(f"/.well-known/webfinger?resource={quote(resource, safe='')}")
    assert (answer.status_code, answer.mimetype) == (200, "application/jrd+json")
    assert answer.json["subject"] == "acct:ana@mastodon.social"
    assert [link["href"] for link in answer.json["links"]] == ["https://mastodon.social/@ana"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("resource", "status"),
    [("", 400), ("acct:bo@mastodon.social", 404), ("acct:ana@other.example", 404), ("https://other.example/", 404)],
)
def test_nobody_else_is_known(blog: Blog, resource: str, status: int) -> None:
    configure("fediverse", "@ana@mastodon.social")
    assert blog.get(f"/.well-known/webfinger?resource={quote(resource, safe='')}").status_code == status


def test_without_an_account_nobody_is_named(blog: Blog) -> None:
    assert blog.get("/.well-known/webfinger?resource=acct:ana@essays.example").status_code == 404


def test_the_domain_can_be_a_name_on_bluesky(blog: Blog) -> None:
    assert blog.get("/.well-known/atproto-did").status_code == 404
    configure("atproto_did", DID)
    answer = blog.get("/.well-known/atproto-did")
    assert (answer.text, answer.content_type) == (DID, "text/plain; charset=utf-8")
    configure("atproto_did", "")
    assert blog.get("/.well-known/atproto-did").status_code == 404


# RFC 9116, section 4, as far as fields of ours go.
FIELD = re.compile(
    r"Contact: (?:mailto:[!-~]+@[!-~]+|https://[!-~]+)|Expires: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|Canonical: https://[!-~]+"
    r"|Preferred-Languages: [A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*(?:, [A-Za-z-]+)*"
)


@pytest.mark.parametrize("contact", ["security@example.org", "https://essays.example/contact/"])
def test_who_finds_a_weakness_is_told_whom_to_write_to(blog: Blog, contact: str) -> None:
    assert blog.get(SECURITY).status_code == 404
    configure("security_contact", contact)
    configure("language", "pt-BR")
    answer = blog.get(SECURITY)
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    *lines, last = answer.text.split("\n")
    assert last == "" and all(FIELD.fullmatch(line) for line in lines), lines
    said = dict(line.split(": ", 1) for line in lines)
    assert len(said) == len(lines) == 4
    assert said["Contact"].removeprefix("mailto:") == contact
    assert (said["Canonical"], said["Preferred-Languages"]) == (SITE_URL + SECURITY, "pt-BR")
    configure("security_contact", "")
    assert blog.get(SECURITY).status_code == 404


@pytest.mark.parametrize(
    ("now", "expires"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-12-01T00:00:00Z"),
        (datetime(2026, 1, 31, 23, tzinfo=UTC), "2026-12-01T00:00:00Z"),
        (datetime(2026, 2, 1, tzinfo=UTC), "2027-01-01T00:00:00Z"),
        (datetime(2027, 12, 31, tzinfo=UTC), "2028-11-01T00:00:00Z"),
    ],
)
def test_it_is_to_be_believed_for_less_than_a_year(
    blog: Blog, at: Callable[[datetime], None], now: datetime, expires: str
) -> None:
    configure("security_contact", "security@example.org")
    at(now - timedelta(days=400))
    assert blog.get(SECURITY).status_code == 200  # what was asked for long ago is not what is told today
    at(now)
    answer = blog.get(SECURITY)
    assert f"Expires: {expires}\n" in answer.text
    assert blog.get(SECURITY, If_None_Match=answer.headers["ETag"]).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/oembed", "/.well-known/webfinger", "/.well-known/atproto-did", "/cards/a.png", SECURITY],
)
def test_they_only_answer(blog: Blog, path: str) -> None:
    assert ask(blog, path, "POST").status_code == 405


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fediverse", "ana"), ("fediverse", "@ana@"), ("fediverse", "@ana@localhost"), ("fediverse", "@a b@c.example"),
        ("fediverse", "https://mastodon.social/@ana"), ("fediverse", "@ana@x.example/path"),
        ("fediverse", '@ana@x.example"><script>'), ("atproto_did", "ana.bsky.social"), ("atproto_did", "did:plc:short"),
        ("atproto_did", f"{DID}\nx"), ("atproto_did", "did:web:x/y"),
    ],
)  # fmt: skip
def test_what_is_no_account_is_refused_with_an_example(blog: Blog, key: str, value: str) -> None:
    with pytest.raises(Invalid, match="looks like"):
        configure(key, value)


def test_an_account_is_written_in_one_way(blog: Blog) -> None:
    assert configure("fediverse", " Ana@Mastodon.Social ").fediverse == "@Ana@mastodon.social"
    assert configure("fediverse", "").fediverse == ""
