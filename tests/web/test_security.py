"""Headers that protect readers, on every kind of answer; and which hosts are answered."""

from typing import Any

import pytest

from blog.core.editor import publish
from blog.core.site.settings import configure
from tests.web.ask import ask, put, rough, served
from tests.world import SITE_URL, Blog, picture

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def answers(blog: Blog) -> dict[str, Any]:
    """One answer of every kind."""
    rough(blog)
    kept = blog.store(picture())
    blog.make_post("Post", slug="post", tags=["Tag"], body="Water. " * 100)
    blog.make_post("About", kind="page", slug="about")
    publish.delete(blog.make_post("Gone", slug="gone").id)
    blog.make_post("Broken", slug="broken", unlisted=True)
    put("UPDATE post SET pictures = '{' WHERE slug = 'broken'")
    tag = blog.get("/feed.xml").headers["ETag"]
    made = {
        path: blog.get(path)
        for path in (
            "/",
            "/posts/post/",
            "/posts/post.md",
            "/about/",
            "/tags/tag/",
            "/archive/",
            "/subscribe/",
            "/sitemap.xml",
            "/robots.txt",
            "/healthz",
            "/favicon.ico",
            "/static/css/reader.css",
            "/static/icon.svg",
            "/share/mastodon/?post=post",
            "/share/mastodon/?post=post&server=x",
            "/nothing/",
            "/posts/gone/",
            "/posts/broken/",
            "/tags",
            "/page/1/",
            kept.address,
            "/media/none.png",
        )
    }
    made |= {"POST": ask(blog, "/", "POST"), "OPTIONS": ask(blog, "/", "OPTIONS"), "HEAD": ask(blog, "/", "HEAD")}
    made |= {"304": blog.get("/feed.xml", If_None_Match=tag), "gzip": blog.get("/feed.xml", Accept_Encoding="gzip")}
    made |= {"host": ask(blog, "/", Host="evil.example")}
    return made


def test_every_kind_of_answer_is_guarded(blog: Blog) -> None:
    statuses = set()
    for name, answer in answers(blog).items():
        statuses.add(answer.status_code)
        for header, value in HEADERS.items():
            assert answer.headers.get(header) == value, (name, header)
        assert "camera=()" in answer.headers["Permissions-Policy"], name
        assert answer.headers["Strict-Transport-Security"].startswith("max-age="), name
        assert "Set-Cookie" not in answer.headers, name
        assert "Cookie" not in answer.headers.get("Vary", ""), name
        policy = answer.headers["Content-Security-Policy"]
        if name.startswith("/media/") and answer.status_code == 200:
            assert "sandbox" in policy and "default-src 'none'" in policy
        else:
            assert policy == POLICY, name
        answer.close()
    assert {200, 304, 308, 400, 404, 405, 410, 422, 500} <= statuses


def test_hsts_is_said_only_where_readers_come_by_https(blog: Blog) -> None:
    with served(blog, site_url="http://essays.example") as plain:
        assert "Strict-Transport-Security" not in ask(plain, "/", X_Forwarded_Proto="https").headers
    assert "Strict-Transport-Security" in blog.get("/").headers


def test_foreign_media_lets_pictures_of_https_sites_in(blog: Blog) -> None:
    blog.make_post("Post", slug="post", body="![Far](https://else.example/x.png) ![Plain](http://else.example/y.png)")
    page = blog.read("/posts/post/")
    assert not page.xpath("//*[contains(@class, 'e-content')]//img")
    assert page.xpath("//*[contains(@class, 'e-content')]//a[. = 'Far']/@href") == ["https://else.example/x.png"]
    configure("foreign_media", "on")
    policy = blog.get("/posts/post/").headers["Content-Security-Policy"]
    assert policy == POLICY.replace("img-src 'self' data:", "img-src 'self' data: https:").replace(
        "media-src 'self'", "media-src 'self' https:"
    )
    assert blog.read("/posts/post/").xpath("//*[contains(@class, 'e-content')]//img/@src") == [
        "https://else.example/x.png"
    ]
    configure("foreign_media", "off")
    assert blog.get("/posts/post/").headers["Content-Security-Policy"] == POLICY


def test_an_empty_site_sets_no_cookie_even_when_sent_one(blog: Blog) -> None:
    for path in ("/", "/feed.xml", "/nothing/", "/share/mastodon/"):
        assert "Set-Cookie" not in blog.get(path, Cookie="__Host-session=forged").headers


# -- hosts --------------------------------------------------------------------------------------------------


STRANGE = [
    "evil.example",
    "evil.example:80",
    "essays.example.evil.example",
    "xessays.example",
    "essays.example@evil.example",
    "evil.example/essays.example",
    "a b",
    "",
]


def test_a_strange_host_is_refused_calmly(blog: Blog) -> None:
    rough(blog)
    for host in STRANGE:
        for path in ("/", "/feed.xml", "/tags", "/nothing/"):
            answer = ask(blog, path, Host=host)
            assert answer.status_code == 400, (host, path)
            assert "Location" not in answer.headers
            said = answer.get_data(as_text=True)
            assert "<h1" in said and "Traceback" not in said and "evil" not in said


def test_the_sites_own_name_and_this_machines_are_answered(blog: Blog) -> None:
    for host in ("essays.example", "essays.example:443", "localhost", "localhost:8000", "127.0.0.1:8000"):
        assert ask(blog, "/", Host=host).status_code == 200, host


def test_a_hosts_name_is_the_same_in_capitals(blog: Blog) -> None:
    assert ask(blog, "/", Host="Essays.Example").status_code == 200


def test_a_server_on_ipv6_answers_to_its_address(blog: Blog) -> None:
    with served(blog, site_url="http://[::1]:8000", host="::1") as six:
        assert ask(six, "/", Host="[::1]:8000").status_code == 200


def test_a_server_for_a_whole_network_answers_to_any_name(blog: Blog) -> None:
    with served(blog, site_url=None, host="0.0.0.0") as wide:
        assert ask(wide, "/", Host="blog.lan:8000").status_code == 200


def test_links_always_carry_the_sites_own_address(blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    forged = dict.fromkeys(("X_Forwarded_Host", "X_Forwarded_Server", "X_Original_URL"), "evil.example")
    forged |= {"Forwarded": "host=evil.example", "X_Forwarded_Proto": "http"}
    for host in ("essays.example", "localhost:8000"):
        for path in ("/", "/posts/post/", "/feed.xml", "/sitemap.xml", "/robots.txt", "/posts/post.md"):
            answer = ask(blog, path, Host=host, **forged)
            assert answer.data == blog.get(path).data
            assert b"evil" not in answer.data and b"localhost" not in answer.data
            assert "evil" not in str(answer.headers)


def test_a_forwarded_host_counts_only_from_a_trusted_proxy(blog: Blog) -> None:
    rough(blog)
    assert ask(blog, "/tags", Host="localhost", X_Forwarded_Host="evil.example").headers["Location"] == "/tags/"
    with served(blog, trusted_proxies=1) as behind:
        rough(behind)
        assert ask(behind, "/", Host="10.0.0.1", X_Forwarded_Host="essays.example").status_code == 200
        assert ask(behind, "/", Host="localhost", X_Forwarded_Host="evil.example").status_code == 400
        feed = ask(behind, "/feed.xml", X_Forwarded_Host="localhost", X_Forwarded_Proto="http")
        assert feed.status_code == 200 and b"localhost" not in feed.data and SITE_URL.encode() in feed.data


def test_too_large_a_request_is_refused(blog: Blog) -> None:
    with blog.app.app_context():
        answer = blog.client.post("/share/mastodon/", data={"x": "y" * 200_000})
    assert answer.status_code in (405, 413)


@pytest.mark.parametrize(
    "host", ["a..b", ".", "..", "localhost..", ".localhost", "a" * 64, "a" * 256, "é", "a b", "[::"]
)
def test_what_cannot_be_a_host_gets_a_page_with_its_headers(blog: Blog, host: str) -> None:
    response = blog.get("/", Host=host)
    assert response.status_code == 400
    assert response.headers["Content-Security-Policy"] and b"<h1>" in response.data
