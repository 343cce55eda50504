"""What signing in changes of readers' pages: a link for who may write, nothing for anybody else."""

import pytest

from blog.core.accounts import people, throttle
from blog.web.page_cache import PageCache
from tests.admin.conftest import ANA, Author, Visitor, join
from tests.recorder import recorded
from tests.world import Blog

PATHS = ("/posts/rivers/", "/about/")


@pytest.fixture
def rivers(blog: Blog) -> dict[str, int]:
    """A post and a page, by their addresses."""
    post, about = blog.make_post("Rivers", slug="rivers"), blog.make_post("About", kind="page", slug="about")
    return {"/posts/rivers/": post.id, "/about/": about.id}


def shelf(blog: Blog) -> int:
    cache: PageCache = blog.app.extensions["page_cache"]
    return len(cache.store)


def test_who_is_signed_in_finds_a_link_to_the_editor(rivers: dict[str, int], author: Author) -> None:
    for path, number in rivers.items():
        page = author.page(path)
        assert page.xpath("//a[. = 'Edit']/@href") == [f"/admin/posts/{number}/"]


def test_what_was_made_for_them_is_kept_nowhere(blog: Blog, rivers: dict[str, int], author: Author) -> None:
    for path in rivers:
        answer = author.get(path)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer.headers and "Set-Cookie" not in answer.headers
    assert shelf(blog) == 0


def test_readers_get_the_plain_page_before_and_after(blog: Blog, rivers: dict[str, int], author: Author) -> None:
    for path in rivers:
        before = blog.get(path)
        assert ">Edit<" in author.get(path).text
        after = blog.get(path)
        assert ">Edit<" not in before.text and before.data == after.data
        assert "Set-Cookie" not in before.headers and "Cookie" not in before.headers.get("Vary", "")
        assert before.headers["Cache-Control"] == "no-cache" and before.headers["ETag"] == after.headers["ETag"]


@pytest.mark.parametrize("cookie", ["forged", "x" * 4000])
def test_a_forged_cookie_gets_the_plain_page(blog: Blog, rivers: dict[str, int], cookie: str) -> None:
    for path in rivers:
        plain, forged = blog.get(path), Visitor(blog.app).get(path, Cookie=f"__Host-session={cookie}")
        assert forged.data == plain.data and forged.headers["ETag"] == plain.headers["ETag"]
        assert "Set-Cookie" not in forged.headers


def test_an_ended_session_gets_the_plain_page(blog: Blog, rivers: dict[str, int], author: Author) -> None:
    old = author.cookie
    author.post("/admin/sign-out/")
    author.cookie = old
    for path in rivers:
        assert author.get(path).data == blog.get(path).data


def test_signing_in_and_failing_to_leave_the_page_cache_full(blog: Blog, rivers: dict[str, int]) -> None:
    paths = [*rivers, "/", "/feed.xml", "/archive/"]
    for path in paths:
        blog.get(path)
    join(ANA, "Ana")
    visitor = Visitor(blog.app)
    visitor.sign_in(ANA, "wrong")
    visitor.sign_in()
    visitor.get("/admin/")
    visitor.post("/admin/people/", action="invite", name="Bo")
    visitor.post("/admin/sign-out/")
    throttle.forget_failures(ANA, "x")
    people.set_password(ANA, "eight loud rivers")
    assert shelf(blog) == len(paths)
    for path in paths:
        with recorded() as statements:
            blog.get(path)
        assert len(statements) <= 1, path  # the watcher's own question


def test_other_answers_do_not_ask_who_is_signed_in(rivers: dict[str, int], author: Author) -> None:
    for path in ("/feed.xml", "/", "/sitemap.xml"):
        with recorded() as statements:
            author.get(path)
        assert not [statement for statement in statements if "session" in statement], path


def test_it_costs_one_question_more(blog: Blog, rivers: dict[str, int], author: Author) -> None:
    asked = []
    for browser in (Visitor(blog.app), author):
        with recorded() as statements:
            browser.get("/posts/rivers/")
        asked.append(len([statement for statement in statements if "data_version" not in statement]))
    assert asked[1] <= asked[0] + 1
