"""Old addresses: listed, added, taken away."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.models import Redirect
from tests.admin.conftest import Author, Visitor, alerts, notices, rows
from tests.admin.ladder import fields, no_forgery, no_stranger
from tests.world import LONG_AGO, SITE_URL, Blog, texts, words

PATH = "/admin/redirects/"


def add(author: Author, path: str, target: str = "", leads: str = "address") -> Any:
    return author.post(PATH, action="add", source=path, leads=leads, target=target)


@pytest.mark.parametrize(
    ("path", "target", "where"),
    [
        ("/2019/old/", "/posts/new/", "/posts/new/"),
        ("/2019/old.html", "https://elsewhere.example/a?b=c", "https://elsewhere.example/a?b=c"),
        (f"{SITE_URL}/old", f"{SITE_URL}/archive/", "/archive/"),
        ("/old/%D0%B0/", "/search/?q=a", "/search/?q=a"),
        ("/new/", "/posts/new/", "/posts/new/"),
        ("/posts/never/", "/tags/", "/tags/"),
        ("/tags/never/", "/tags/", "/tags/"),
    ],
)
def test_an_old_address_leads_where_it_should(author: Author, blog: Blog, path: str, target: str, where: str) -> None:
    blog.make_post("New", slug="new")
    answer = add(author, path, target)
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH), alerts(answer)
    answer = blog.get(path.removeprefix(SITE_URL))
    assert (answer.status_code, answer.location) == (301, where)


def test_what_leads_to_a_post_follows_it(author: Author, blog: Blog) -> None:
    post = blog.make_post("New", slug="new")
    add(author, "/old/", "/posts/new/")
    publish.edit(post.id, Fields(slug="newer"))
    assert blog.get("/old/").location == "/posts/newer/"
    page = author.page(PATH)
    assert words(page).count("leads to New, wherever it moves") == 2


def test_what_is_gone_for_good_says_so(author: Author, blog: Blog) -> None:
    add(author, "/old/", "/ignored/", leads="gone")
    assert blog.get("/old/").status_code == 410
    assert "gone for good" in words(author.page(PATH))


@pytest.mark.parametrize(
    "path",
    ["/", "/admin/", "/admin/anything", "/feed.xml", "/static/x.css", "/media/x", "/tags", "/archive/", "/page/1/",
     "/rss.xml", "/healthz", "/tags/rivers/", "/tags/rivers/feed.xml", "/share/mastodon/", "/%61dmin/"],
)  # fmt: skip
def test_the_blogs_own_addresses_stay(author: Author, blog: Blog, path: str) -> None:
    blog.make_post("One", tags=["Rivers"])
    answer = add(author, path, "/posts/one/")
    assert answer.status_code == 422
    assert alerts(answer) == [f"{path} is an address of the blog itself."]
    assert (fields(answer)["source"], fields(answer)["target"]) == (path, "/posts/one/")
    assert rows(Redirect) == []


@pytest.mark.parametrize("published_at", ["now", None])
def test_the_address_of_a_post_stays(author: Author, blog: Blog, published_at: str | None) -> None:
    blog.make_post("One", slug="one", published_at=published_at)
    blog.make_post("About", slug="about", kind="page", published_at=published_at)
    publish.delete(blog.make_post("Gone", slug="gone").id)
    assert alerts(add(author, "/posts/one", "/x/")) == ["/posts/one is the address of “One”."]
    assert alerts(add(author, "/about/", "/x/")) == ["/about is the address of “About”."]
    assert alerts(add(author, "/posts/gone/", "/x/")) == ["/posts/gone is the address of “Gone” (deleted)."]


@pytest.mark.parametrize("path", ["", "old", "//old/", "/\\old", "/a b", "/old?x=1", "/old#x", "/" + "x" * 1000])
def test_an_old_address_is_a_path(author: Author, path: str) -> None:
    answer = add(author, path, "/posts/new/")
    assert answer.status_code == 422
    assert alerts(answer) == ["An old address is a path that begins with one slash, like /2019/old-title/."]
    assert fields(answer)["source"] == path


@pytest.mark.parametrize("target", ["", "posts/new", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_a_new_address_is_one(author: Author, target: str) -> None:
    answer = add(author, "/old/", target)
    assert answer.status_code == 422 and "is not a whole address" in alerts(answer)[0]
    assert fields(answer)["target"] == target and rows(Redirect) == []


def test_both_fields_are_judged_at_once(author: Author) -> None:
    assert len(alerts(add(author, "old", "new"))) == 2


def test_nothing_leads_in_a_circle(author: Author) -> None:
    assert alerts(add(author, "/a/", "/a")) == ["The address would lead to itself."]
    add(author, "/b/", "/c/")
    add(author, "/a/", "/b/")
    assert alerts(add(author, "/c/", "/a/")) == ["The address would lead back to itself."]
    assert {row.path for row in rows(Redirect)} == {"/a", "/b"}


def test_an_address_leads_to_one_place(author: Author, blog: Blog) -> None:
    blog.make_post("New", slug="new")
    add(author, "/a/", "/b/")
    add(author, "/gone/", leads="gone")
    add(author, "/new/", "/posts/new/")
    said = "/a leads to /b/ already. Remove that first."
    assert alerts(add(author, "/a", "https://elsewhere.example/")) == [said]
    assert alerts(add(author, "/gone", "/x/")) == ["/gone says that it is gone already. Remove that first."]
    assert alerts(add(author, "/new", "/x/")) == ["/new leads to “New” already. Remove that first."]


@pytest.mark.parametrize(("leads", "target"), [("address", "/posts/new/"), ("address", "/b/"), ("gone", "")])
def test_one_that_is_removed_is_soon_put_back(author: Author, blog: Blog, leads: str, target: str) -> None:
    blog.make_post("New", slug="new")
    add(author, "/old/", target, leads)
    [before] = rows(Redirect)
    kept = (before.path, before.post_id, before.target)
    answer = author.post(PATH, action="remove", row="/old")
    assert answer.status_code == 303 and rows(Redirect) == []
    page = author.get(answer.headers["Location"].partition("#")[0])
    assert "/old leads nowhere any more." in page.text
    said = fields(page)
    add(author, said["source"], said["target"], said["leads"])
    [again] = rows(Redirect)
    assert (again.path, again.post_id, again.target) == kept


def test_one_that_is_removed_already(author: Author) -> None:
    assert author.post(PATH, action="remove", row="/nothing").status_code == 303
    assert notices(author.page(PATH)) == ["That redirect is removed already."]
    assert author.post(PATH, action="explode").status_code == 303


def test_long_lists_come_in_pages_and_by_prefix(author: Author, blog: Blog) -> None:
    made = [
        {
            "path": f"/{2000 + number % 2}/post-{number:03}",
            "target": "/x/",
            "created_at": LONG_AGO + timedelta(days=number // 4),
        }
        for number in range(120)
    ]
    blog.run(insert(Redirect).values(made))

    def walk(path: str) -> list[str]:
        seen = []
        while path:
            page = author.page(path)
            seen += texts(page, "//p[contains(@class, 'path')]")
            path = next(iter(page.xpath("//a[@rel = 'next']/@href")), "")
        return seen

    newest = sorted(made, key=lambda row: (row["created_at"], row["path"]), reverse=True)
    assert walk(PATH) == [row["path"] for row in newest]
    assert walk(f"{PATH}?q=/2001/") == sorted(str(row["path"]) for row in made if str(row["path"]).startswith("/2001/"))
    assert "No old address begins so." in words(author.page(f"{PATH}?q=/1999/"))
    assert author.get(f"{PATH}?after=nothing").status_code == 404


def test_an_empty_list_says_so(author: Author) -> None:
    assert "No old addresses yet." in words(author.page(PATH))


def test_it_is_for_authors(author: Author, visitor: Visitor) -> None:
    no_stranger(visitor, PATH, action="add", source="/old/", target="/new/")
    no_forgery(author, PATH, action="add", source="/old/", target="/new/")
    assert rows(Redirect) == []
    assert author.open(PATH, "DELETE").status_code == 405


def test_a_form_that_was_open_for_long_keeps_its_words(author: Author) -> None:
    answer = author.post(PATH, action="add", source="/old/", target="/new/", leads="gone", csrf_token="wrong")
    assert answer.status_code == 400
    assert [fields(answer)[name] for name in ("source", "target", "leads")] == ["/old/", "/new/", "gone"]


def test_paths_are_text(author: Author) -> None:
    add(author, "/<script>alert(1)</script>", "https://elsewhere.example/?a=%3Cscript%3E")
    assert "<script>alert" not in author.get(PATH).text
