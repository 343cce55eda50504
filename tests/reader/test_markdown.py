"""An article as Markdown, as its author wrote it."""

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from tests.web.ask import ask
from tests.world import Blog

BODY = "## Title\n\n* a *list*\n\n[link](../other/) & <b>raw</b> 😀 \\*\n\n```python\nx = 1\n```\n\nLast line."


def test_the_markdown_is_the_authors_own_text(blog: Blog) -> None:
    blog.make_post("Rivers & <b>", slug="rivers", body=BODY)
    answer = blog.get("/posts/rivers.md")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert BODY in answer.get_data(as_text=True)


def test_the_title_stands_above_the_text(blog: Blog) -> None:
    blog.make_post("Rivers & <b>", slug="rivers", body=BODY)
    assert blog.get("/posts/rivers.md").get_data(as_text=True).startswith("# Rivers & <b>\n\n")


def test_indented_code_at_the_beginning_stays_code(blog: Blog) -> None:
    blog.make_post("Code", slug="code", body="    x = 1\n\nThat was code.")
    assert "    x = 1\n\nThat was code." in blog.get("/posts/code.md").get_data(as_text=True)


def test_search_engines_are_sent_to_the_article(blog: Blog) -> None:
    blog.make_post("Rivers", slug="rivers")
    headers = blog.get("/posts/rivers.md").headers
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Link"] == '<https://essays.example/posts/rivers/>; rel="canonical"'


def test_an_old_slug_leads_to_the_new_markdown(blog: Blog) -> None:
    post = blog.make_post("Rivers", slug="rivers")
    publish.edit(post.id, Fields(slug="streams"))
    answer = blog.get("/posts/rivers.md")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/posts/streams.md")
    assert blog.get("/posts/streams.md").status_code == 200


def test_a_draft_has_no_markdown(blog: Blog) -> None:
    blog.make_post("Draft", slug="draft", published_at=None)
    assert blog.get("/posts/draft.md").status_code == 404


def test_a_deleted_article_has_none_either(blog: Blog) -> None:
    publish.delete(blog.make_post("Gone", slug="gone").id)
    assert blog.get("/posts/gone.md").status_code == 410


def test_what_is_no_article_has_no_markdown(blog: Blog) -> None:
    blog.make_post("Rivers", slug="rivers")
    blog.make_post("About", kind="page", slug="about")
    for path in (
        "/posts/none.md",
        "/posts/.md/",
        "/posts/rivers.md/",
        "/about.md/",
        "/posts/about.md",
        "/posts/rivers.txt/",
    ):
        assert blog.get(path).status_code == 404, path


def test_the_markdown_can_be_asked_for_again_cheaply(blog: Blog) -> None:
    blog.make_post("Rivers", slug="rivers")
    tag = blog.get("/posts/rivers.md").headers["ETag"]
    assert blog.get("/posts/rivers.md", If_None_Match=tag).status_code == 304
    assert ask(blog, "/posts/rivers.md", "POST").status_code == 405
