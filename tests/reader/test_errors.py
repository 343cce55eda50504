"""What goes wrong is answered by calm pages with the right status."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import EnvironBuilder, run_wsgi_app

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.errors import (
    AddressTaken,
    BlogError,
    EditConflict,
    Invalid,
    InvalidFields,
    Unusable,
    disk_full,
)
from blog.core.search.index import Unsearchable
from blog.extensions import db, sqlite_driver
from tests.web.ask import ask, put, rough, served
from tests.world import LONG_AGO, Blog, texts, words

ADDRESSES = [
    "/", "/page/2/", "/posts/post/", "/posts/post.md", "/about/", "/tags/", "/tags/tag/", "/archive/", "/archive/2024/",
    "/subscribe/", "/feed.xml", "/sitemap.xml", "/robots.txt", "/favicon.ico", "/healthz", "/share/mastodon/?post=post",
    "/static/css/reader.css", "/static/icon.svg",
]  # fmt: skip


def fill(blog: Blog) -> None:
    for number in range(11):
        blog.make_post(f"Post {number}", tags=["Tag"])
    blog.make_post("Post", slug="post", tags=["Tag"])
    blog.make_post("About", kind="page", slug="about")


def test_a_missing_page_offers_recent_posts(blog: Blog) -> None:
    for number in range(4):
        blog.make_post(f"Post {number}")
    page = blog.read("/nothing/", 404)
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//main//a[. = 'Recent Posts']/@href") == ["/"]
    assert texts(page, "//section//h3") == ["Post 3", "Post 2", "Post 1"]
    assert page.xpath("//meta[@name = 'robots']/@content") == ["noindex"]


def test_an_error_page_of_an_empty_blog_names_no_posts(blog: Blog) -> None:
    assert not blog.read("/nothing/", 404).xpath("//section//h3")


def test_error_pages_are_not_kept(blog: Blog) -> None:
    answer = blog.get("/nothing/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers and "Last-Modified" not in answer.headers


def test_every_address_is_only_read(blog: Blog) -> None:
    fill(blog)
    for path in ADDRESSES:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = ask(blog, path, method)
            assert answer.status_code == 405, (method, path)
            assert {"GET", "HEAD"} <= {allowed.strip() for allowed in answer.headers["Allow"].split(",")}
            assert answer.mimetype == "text/html" and "<h1" in answer.get_data(as_text=True)


def test_the_headers_of_head_are_those_of_get(blog: Blog, at: Callable[[datetime], None]) -> None:
    fill(blog)
    at(LONG_AGO + timedelta(days=4000))
    for path in ADDRESSES:
        for encoding in ("", "gzip", "br"):
            get, head = (ask(blog, path, method, Accept_Encoding=encoding) for method in ("GET", "HEAD"))
            assert (get.status_code, head.status_code, head.data) == (200, 200, b""), path
            assert sorted(head.headers) == sorted(get.headers), path
            assert int(get.headers["Content-Length"]) == len(get.data), path


def test_head_of_an_error_is_that_of_get_too(blog: Blog) -> None:
    for path in ("/nothing/", "/posts/none/", "/page/99/"):
        get, head = ask(blog, path), ask(blog, path, "HEAD")
        assert (head.status_code, head.data) == (404, b"")
        assert sorted(head.headers) == sorted(get.headers)


def test_a_deleted_public_post_is_gone(blog: Blog) -> None:
    blog.make_post("Stays")
    publish.delete(blog.make_post("Taken", slug="taken").id)
    page = blog.read("/posts/taken/", 410)
    assert "Taken" not in [title for title in texts(page, "//h1 | //h3") if title == "Taken"]
    assert texts(page, "//section//h3") == ["Stays"]


def test_a_deleted_draft_was_never_there(blog: Blog) -> None:
    publish.delete(blog.make_post("Draft", slug="draft", published_at=None).id)
    blog.read("/posts/draft/", 404)


def test_a_scheduled_post_deleted_before_its_time_was_never_there(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(LONG_AGO)
    post = blog.make_post("Soon", slug="soon", published_at=LONG_AGO + timedelta(days=1))
    publish.delete(post.id)
    blog.read("/posts/soon/", 404)
    at(LONG_AGO + timedelta(days=2))
    blog.read("/posts/soon/", 404)


def test_a_post_published_deleted_and_brought_back_is_read_again(blog: Blog) -> None:
    post = blog.make_post("Back", slug="back")
    publish.delete(post.id)
    publish.undelete(post.id)
    assert texts(blog.read("/posts/back/"), "//h1") == ["Back"]


def test_an_unpublished_post_deleted_afterwards_is_gone(blog: Blog) -> None:
    post = blog.make_post("Taken", slug="taken")
    publish.unpublish(post.id)
    blog.read("/posts/taken/", 404)
    publish.delete(post.id)
    blog.read("/posts/taken/", 410)


def test_an_old_slug_leads_to_the_new_one_by_path_only(blog: Blog) -> None:
    post = blog.make_post("Rivers", slug="rivers")
    publish.edit(post.id, Fields(slug="streams"))
    publish.edit(post.id, Fields(slug="waters"))
    for old in ("rivers", "streams"):
        answer = blog.get(f"/posts/{old}/")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/posts/waters/")
    blog.read("/posts/waters/")


def test_an_old_slug_may_be_taken_back(blog: Blog) -> None:
    post = blog.make_post("Rivers", slug="rivers")
    publish.edit(post.id, Fields(slug="streams"))
    publish.edit(post.id, Fields(slug="rivers"))
    blog.read("/posts/rivers/")
    assert blog.get("/posts/streams/").headers["Location"] == "/posts/rivers/"


def test_the_old_slug_of_an_unpublished_post_says_nothing(blog: Blog) -> None:
    post = blog.make_post("Rivers", slug="rivers")
    publish.edit(post.id, Fields(slug="secret-streams"))
    publish.unpublish(post.id)
    answer = blog.get("/posts/rivers/")
    assert answer.status_code == 404 and "secret" not in answer.get_data(as_text=True)


def test_the_old_slug_of_a_deleted_post_is_gone_like_the_new_one(blog: Blog) -> None:
    post = blog.make_post("Rivers", slug="rivers")
    publish.edit(post.id, Fields(slug="streams"))
    publish.delete(post.id)
    blog.read("/posts/streams/", 410)
    blog.read("/posts/rivers/", 410)


def test_a_page_that_became_an_article_leads_there(blog: Blog) -> None:
    post = blog.make_post("Rivers", slug="rivers", kind="page")
    publish.edit(post.id, Fields(kind="post"))
    assert blog.get("/rivers/").headers["Location"] == "/posts/rivers/"


def test_a_missing_final_slash_is_added_by_path_only(blog: Blog) -> None:
    fill(blog)
    for path in (
        "/posts/post",
        "/tags",
        "/tags/tag",
        "/archive",
        "/archive/2024",
        "/subscribe",
        "/about",
        "/page/2",
        "/share/mastodon",
    ):
        for host in ("localhost", "essays.example", "essays.example:443", "127.0.0.1:8000"):
            answer = ask(blog, path, Host=host)
            assert answer.status_code in (301, 308), path
            assert answer.headers["Location"] == path + "/", host


def test_a_missing_final_slash_is_added_by_path_only_behind_a_proxy(blog: Blog) -> None:
    with served(blog, trusted_proxies=1) as behind:
        answer = ask(behind, "/tags", X_Forwarded_Host="essays.example", X_Forwarded_Proto="https")
        assert answer.headers["Location"] == "/tags/"


def test_a_missing_final_slash_is_added_by_path_only_on_an_international_host(blog: Blog) -> None:
    with served(blog, site_url="https://bücher.de") as other:
        assert ask(other, "/tags", Host="xn--bcher-kva.de").headers["Location"] == "/tags/"


def test_a_final_slash_keeps_the_query(blog: Blog) -> None:
    assert ask(blog, "/share/mastodon?post=x&server=y").headers["Location"] == "/share/mastodon/?post=x&server=y"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "///evil.example/%2e%2e",
        "/\\evil.example",
        "//evil.example/tags",
        "/%2F/evil.example",
        "/\t/evil.example",
        "/@evil.example",
    ],
)
def test_no_redirect_leaves_the_site(blog: Blog, path: str) -> None:
    environ = EnvironBuilder(path="/", base_url="http://localhost").get_environ()
    environ["PATH_INFO"] = path
    with blog.app.app_context():
        _, status, headers = run_wsgi_app(blog.app, environ)
    assert int(status[:3]) in (301, 308, 404)
    location = headers.get("Location", "/")
    assert location.startswith("/") and not location.startswith(("//", "/\\", "/\t"))


def test_a_fault_is_a_page_without_a_trace(blog: Blog) -> None:
    rough(blog)
    post = blog.make_post("Broken", slug="broken")
    put("UPDATE post SET contents = '{secret-column' WHERE id = :id", id=post.id)
    answer = blog.get("/posts/broken/")
    assert answer.status_code == 500
    assert answer.mimetype == "text/html"
    said = answer.get_data(as_text=True)
    assert "<h1" in said
    assert not any(
        word in said for word in ("Traceback", "secret-column", "JSONDecodeError", "sqlalchemy", "File ", ".py")
    )
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (EditConflict(1, "Saved elsewhere."), 409),
        (AddressTaken("Taken."), 409),
        (InvalidFields([Invalid("title", "Too long.")]), 422),
        (Unsearchable("No index."), 503),
        (disk_full("Nothing was stored"), 507),
        (Unusable("Too new."), 500),
    ],
)
def test_an_error_that_no_view_catches_has_the_status_of_its_kind(
    blog: Blog, monkeypatch: pytest.MonkeyPatch, error: BlogError, status: int
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setitem(blog.app.view_functions, "reader.archive", fail)
    blog.read("/archive/", status)


def test_a_damaged_setting_does_not_break_the_error_page(blog: Blog) -> None:
    rough(blog)
    blog.make_post("Post", slug="post")
    put("UPDATE site SET timezone = 'Nowhere/Nothing'")
    answer = blog.get("/posts/post/")
    assert answer.status_code == 500 and "<h1" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/posts/post/", "/feed.xml", "/sitemap.xml", "/nothing/", "/healthz"])
def test_a_database_without_tables_is_answered_with_come_again(blog: Blog, path: str) -> None:
    rough(blog)
    db.session.remove()
    db.engine.dispose()
    for file in blog.instance.glob("blog.db*"):
        file.unlink()
    answer = blog.get(path)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"
    assert "database" in answer.get_data(as_text=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a folder that cannot be entered")
def test_a_missing_instance_folder_is_answered_with_come_again(blog: Blog) -> None:
    rough(blog)
    db.session.remove()
    db.engine.dispose()
    blog.instance.rename(blog.instance.with_name("elsewhere"))
    assert blog.get("/").status_code == 503


@pytest.mark.slow
def test_a_locked_database_is_answered_with_come_again(blog: Blog) -> None:
    rough(blog)
    blog.make_post("Post", slug="post")
    db.session.remove()
    db.engine.dispose()
    locker = sqlite_driver().connect(blog.instance / "blog.db", isolation_level=None)
    locker.execute("PRAGMA locking_mode=EXCLUSIVE")
    locker.execute("BEGIN EXCLUSIVE")
    begun = monotonic()
    answer = blog.get("/posts/post/")
    waited = monotonic() - begun
    locker.close()
    assert waited < 9, "the reader waited more than once"
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert blog.get("/posts/post/").status_code == 200


def test_readers_notice_nothing_while_somebody_writes(blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    writer = sqlite_driver().connect(blog.instance / "blog.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE post SET title = 'Half'")
    assert texts(blog.read("/posts/post/"), "//h1") == ["Post"]
    writer.execute("ROLLBACK")
    writer.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=60),
    st.sampled_from(["", "/posts", "/tags", "/static", "/media", "/archive", "/page", "/authors", "/share/mastodon"]),
)
def test_no_address_breaks_the_blog(blog: Blog, rest: str, first: str) -> None:
    environ = EnvironBuilder(path="/", base_url="http://localhost").get_environ()
    environ["PATH_INFO"] = f"{first}/{rest}".encode("utf-8", "surrogatepass").decode("latin-1")
    with blog.app.app_context():
        _, status, _ = run_wsgi_app(blog.app, environ)
    assert int(status[:3]) < 500


def test_a_sentence_is_said_in_words(blog: Blog) -> None:
    assert "mistyped" in words(blog.read("/nothing/", 404))
    assert db.session.execute(text("SELECT count(*) FROM post")).scalar() == 0


@pytest.mark.parametrize("path", ["/nope", "/index.html", "/posts/c", "/tags/c", "/wp-login.php"])
def test_what_is_not_there_is_told_at_once_without_a_final_slash(blog: Blog, path: str) -> None:
    assert blog.get(path).status_code == 404


def test_an_address_without_a_final_slash_is_answered_as_with_it(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(blog)
    blog.make_post("Hers", slug="hers", author_id=blog.author("Ana Lind"))
    publish.delete(blog.make_post("Taken", slug="taken").id)
    pages = ["/posts/hers/", "/about/", "/tags/tag/", "/tags/tag/page/2/", "/authors/ana-lind/", "/page/2/"]
    pages += [f"/archive/{LONG_AGO.year}/"]
    missing = ["/posts/none/", "/posts/taken/", "/none/", "/tags/none/", "/tags/tag/page/3/", "/authors/none/"]
    missing += ["/authors/ana-lind/page/2/", "/page/9/", "/archive/1999/", "/archive/1999/page/2/", "/preview/none/"]
    statuses = {path: blog.get(path).status_code for path in [*pages, *missing]}
    assert all(statuses[path] == 200 for path in pages)
    for endpoint in ("home", "article", "page", "tag", "author", "archive_year"):
        monkeypatch.delitem(blog.app.view_functions, f"reader.{endpoint}")  # they are not called
    for path in missing:
        assert blog.get(path.rstrip("/")).status_code == statuses[path], path
    for path in pages:
        answer = blog.get(path.rstrip("/"))
        assert (answer.status_code, answer.location) == (308, path)


def test_an_old_address_without_a_final_slash_leads_on_in_one_step(blog: Blog) -> None:
    post = blog.make_post("A", slug="one")
    publish.edit(post.id, Fields(slug="two"))
    response = blog.get("/posts/one")
    assert (response.status_code, response.location) == (301, "/posts/two/")
