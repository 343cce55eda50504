"""Previews: while one writes, and by the secret link."""

import pytest

from blog.core.editor import preview, publish
from blog.models import Post
from tests.admin.conftest import Author, Visitor
from tests.admin.writing import NEW, held, send
from tests.world import Blog, texts, words


def link(author: Author, post: Post) -> str:
    """The path of a post's secret link, made by its button."""
    path = f"/admin/posts/{post.id}/"
    assert send(author, path, "link").status_code == 303
    return str(author.page(path).xpath("//p[@class = 'permalink']/a/@href")[0])


def private(answer: object) -> None:
    headers = answer.headers  # type: ignore[attr-defined]
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "no-referrer" and "noindex" in headers["X-Robots-Tag"]


@pytest.mark.parametrize("kind", ["post", "page"])
def test_what_is_written_is_shown_as_readers_will_find_it(blog: Blog, author: Author, kind: str) -> None:
    fields = held(author.page(NEW)) | {"title": "Rivers", "body": "## Deep\n\n*Text*<script>x</script>", "kind": kind}
    answer = author.post("/admin/posts/preview/", **fields | {"tags": "Water", "summary": "S"})
    private(answer)
    assert answer.status_code == 200 and "<script>x" not in answer.text
    page = author.open("/admin/posts/preview/", "POST", data=fields | {"csrf_token": author.token()})
    assert "<em>Text</em>" in page.text and "Preview." in page.text and "Rivers</h1>" in page.text
    assert blog.get("/posts/rivers/").status_code == 404


def test_a_preview_saves_nothing_and_says_what_may_be_mended(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", body="As it was.")
    fields = held(author.page(f"/admin/posts/{post.id}/")) | {"body": "Typed. ![](/media/a.png)"}
    answer = author.post("/admin/posts/preview/", **fields)
    assert "Typed." in answer.text and "alt text" in answer.text
    assert "As it was." in words(blog.read("/posts/rivers/"))
    assert "Typed." not in author.get(f"/admin/posts/{post.id}/").text


@pytest.mark.parametrize("post", ["", "x", "99", "9" * 30, "9" * 5000, "-1"])
def test_a_preview_of_nothing_is_calm(blog: Blog, author: Author, post: str) -> None:
    for fields in ({}, {"title": "", "slug": "No!", "language": "!", "kind": "?", "published_at": "soon"}):
        assert author.post("/admin/posts/preview/", post=post, **fields).status_code == 200


@pytest.mark.parametrize("field", ["canonical_url", "cover", "slug", "language"])
def test_an_address_that_cannot_be_stored_is_no_link_of_a_preview(author: Author, field: str) -> None:
    answer = author.post("/admin/posts/preview/", title="x", body="x", **{field: "javascript:alert(1)"})
    assert answer.status_code == 200 and "javascript:" not in answer.text


def test_what_is_too_long_is_cut_in_a_preview(author: Author) -> None:
    answer = author.post("/admin/posts/preview/", title="t" * 1000, summary="s" * 2000, tags="g" * 81)
    assert "t" * 500 in answer.text and "t" * 501 not in answer.text
    assert "s" * 1000 in answer.text and "s" * 1001 not in answer.text and "g" * 81 not in answer.text


def test_a_text_that_is_too_long_to_be_stored_is_not_rendered(author: Author) -> None:
    answer = author.post("/admin/posts/preview/", title="x", body="x" * (512 * 1024 + 1))
    assert answer.status_code == 422 and "Split it into several posts" in answer.text


def test_a_text_that_cannot_be_rendered_is_told(blog: Blog, author: Author) -> None:
    answer = author.post("/admin/posts/preview/", title="x", body="[^1]\n\n[^1]: " + "> " * 20000)
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("state", ["draft", "published"])
def test_the_secret_link_shows_what_was_saved_last(blog: Blog, author: Author, visitor: Visitor, state: str) -> None:
    post = blog.make_post("Rivers", body="First.", published_at="now" if state == "published" else None)
    path = link(author, post)
    assert len(path.strip("/").rpartition("/")[2]) >= 22
    send(author, f"/admin/posts/{post.id}/", body="Second.")
    answer = visitor.get(path)
    private(answer)
    assert "Second." in answer.text and "Rivers" in answer.text
    assert "Set-Cookie" not in answer.headers and "csrf" not in answer.text
    assert link(author, post) == path


def test_a_revoked_link_leads_nowhere(blog: Blog, author: Author, visitor: Visitor) -> None:
    post = blog.make_post("Rivers", published_at=None)
    path = link(author, post)
    assert send(author, f"/admin/posts/{post.id}/", "unlink", body="Typed.").status_code == 303
    assert visitor.get(path).status_code == 404
    assert held(author.page(f"/admin/posts/{post.id}/"))["body"] == "Typed."
    assert link(author, post) != path


def test_the_link_of_a_deleted_post_leads_nowhere(blog: Blog, author: Author, visitor: Visitor) -> None:
    post = blog.make_post("Rivers", published_at=None)
    path = link(author, post)
    publish.delete(post.id)
    assert visitor.get(path).status_code == 404
    publish.undelete(post.id)
    assert visitor.get(path).status_code == 200


@pytest.mark.parametrize("token", ["x", "0" * 22, "%00", "..%2f..", "a" * 2000])
def test_guessed_links_are_missing(blog: Blog, visitor: Visitor, token: str) -> None:
    assert visitor.get(f"/preview/{token}/").status_code == 404


def test_a_link_asked_for_twice_at_once_is_one(blog: Blog) -> None:
    post = blog.make_post("Rivers")
    assert preview.link_token(post.id) == preview.link_token(post.id)


def test_strangers_preview_nothing(blog: Blog, visitor: Visitor, author: Author) -> None:
    assert visitor.post("/admin/posts/preview/", form="/admin/sign-in/", title="x").status_code == 401
    assert author.post("/admin/posts/preview/", title="x", csrf_token="wrong").status_code in (200, 400)
    assert texts(author.page(NEW), "//button[@formtarget = '_blank']") == ["Preview", "Show"]
