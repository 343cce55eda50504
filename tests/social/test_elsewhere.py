"""What other sites ask for: oEmbed, WebFinger, the Bluesky id."""

from typing import Any
from urllib.parse import quote

import pytest

from blog.core import configuring
from blog.core.errors import Invalid
from tests.web.ask import ask
from tests.world import SITE_URL, Blog

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


def oembed(blog: Blog, address: str, more: str = "") -> Any:
    return blog.get(f"/oembed?url={quote(address, safe='')}{more}")


def test_an_article_names_its_oembed_and_that_describes_it(blog: Blog) -> None:
    blog.make_post('A "title" & <b>', slug="post")
    [link] = blog.read("/posts/post/").xpath("//link[@type = 'application/json+oembed']/@href")
    answer = blog.get(str(link).removeprefix(SITE_URL))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    said = answer.json
    assert (said["version"], said["type"], said["title"]) == ("1.0", "link", 'A "title" & <b>')
    assert said["author_name"] == "Editor" and said["provider_name"] == "Broadsheet"
    assert (said["thumbnail_width"], said["thumbnail_height"]) == (1200, 630)
    assert blog.get(said["thumbnail_url"].removeprefix(SITE_URL)).status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and "Set-Cookie" not in answer.headers


def test_a_page_is_described_too(blog: Blog) -> None:
    blog.make_post("About", kind="page", slug="about")
    assert oembed(blog, f"{SITE_URL}/about/").json["title"] == "About"


@pytest.mark.parametrize(
    "address",
    [
        "", "x", "https://other.example/posts/post/", f"{SITE_URL}.evil.example/posts/post/", f"{SITE_URL}/",
        f"{SITE_URL}/posts/nothing/", f"{SITE_URL}/posts/draft/", "//essays.example/posts/post/",
        "javascript:alert(1)", "https://[x/posts/post/", "https://essays.example:8443/posts/post/",
        "https://a@essays.example/posts/post/", "x" * 5000,
    ],
)  # fmt: skip
def test_an_address_that_is_not_ours_is_not_found(blog: Blog, address: str) -> None:
    blog.make_post("Post", slug="post")
    blog.make_post("Draft", slug="draft", published_at=None)
    assert oembed(blog, address).status_code == 404


def test_other_formats_are_not_made(blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    assert oembed(blog, f"{SITE_URL}/posts/post/", "&format=xml").status_code == 501
    assert oembed(blog, f"{SITE_URL}/posts/post/", "&format=json&maxwidth=300").status_code == 200


@pytest.mark.parametrize(
    "resource",
    ["acct:ana@mastodon.social", "acct:anybody@essays.example", "acct:@ana@essays.example", SITE_URL, f"{SITE_URL}/"],
)
def test_the_domain_leads_to_the_authors_account(blog: Blog, resource: str) -> None:
    configuring.configure("fediverse", "@ana@mastodon.social")
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
    configuring.configure("fediverse", "@ana@mastodon.social")
    assert blog.get(f"/.well-known/webfinger?resource={quote(resource, safe='')}").status_code == status


def test_without_an_account_nobody_is_named(blog: Blog) -> None:
    assert blog.get("/.well-known/webfinger?resource=acct:ana@essays.example").status_code == 404


def test_the_domain_can_be_a_name_on_bluesky(blog: Blog) -> None:
    assert blog.get("/.well-known/atproto-did").status_code == 404
    configuring.configure("atproto_did", DID)
    answer = blog.get("/.well-known/atproto-did")
    assert (answer.text, answer.content_type) == (DID, "text/plain; charset=utf-8")
    configuring.configure("atproto_did", "")
    assert blog.get("/.well-known/atproto-did").status_code == 404


@pytest.mark.parametrize("path", ["/oembed", "/.well-known/webfinger", "/.well-known/atproto-did", "/cards/a.png"])
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
        configuring.configure(key, value)


def test_an_account_is_written_in_one_way(blog: Blog) -> None:
    assert configuring.configure("fediverse", " Ana@Mastodon.Social ").fediverse == "@Ana@mastodon.social"
    assert configuring.configure("fediverse", "").fediverse == ""
