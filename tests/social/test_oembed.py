"""oEmbed: what other sites show for a link to this one."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.world import SITE_URL, Blog


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
