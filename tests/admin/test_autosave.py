"""The writing page saves by itself: every word, and nothing that readers see."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event

from blog.core.editor import publish, working_copy
from blog.core.site.settings import configure
from blog.extensions import db
from blog.models import Post, Revision
from tests.admin.conftest import Author, Visitor, rows
from tests.admin.live import DATA, Fault, ask, form, ladder
from tests.admin.test_faults import busy, full
from tests.world import Blog, words

PATH = "/admin/posts/autosave/"
NOON = datetime(2026, 3, 1, 12, 4, tzinfo=UTC)


def saved(author: Visitor, fields: dict[str, Any], **changed: Any) -> Any:
    answer = ask(author, PATH, **fields | {"auto": "1"} | changed)
    assert answer.status_code == 200, answer.text
    return answer.json


def stored(post_id: int) -> Any:
    db.session.rollback()
    db.session.expire_all()
    known = working_copy.load(post_id)
    db.session.rollback()  # the faults below hold for the one connection that the pool has
    return known


def test_a_new_post_is_begun_once(author: Author, at: Callable[[datetime], None]) -> None:
    configure("timezone", "Asia/Kolkata")
    at(NOON)
    fields = form(author, title="Rivers", body="First words.")
    told = saved(author, fields)
    assert told == {
        "post": told["post"], "version": 1, "address": f"/admin/posts/{told['post']}/", "slug": "rivers",
        "saved": "17:34", "status": "draft", "copied": False,
    }  # fmt: skip
    assert saved(author, fields)["post"] == told["post"]
    again = saved(author, fields, body="The answer was lost; the writing went on.")
    assert (again["post"], again["version"]) == (told["post"], 2)
    assert [post.title for post in rows(Post)] == ["Rivers"]
    more = saved(author, fields, post=told["post"], version=again["version"], title="Deep rivers", body="More.")
    assert more["slug"] == "deep-rivers"
    known = stored(told["post"])
    assert known.text.body == "More." and known.saved.auto and known.saved.by == author.person.id


def test_what_somebody_else_did_with_it_meanwhile_is_not_overwritten(author: Author) -> None:
    fields = form(author, title="Rivers", body="First words.")
    begun = saved(author, fields)
    saved(author, fields, post=begun["post"], version=1, body="Second words.")
    answer = ask(author, PATH, **fields | {"body": "Third words."})
    assert answer.status_code == 409 and answer.json["address"] == begun["address"]


@pytest.mark.parametrize("auto", ["1", None])
def test_a_text_without_a_title_is_saved(author: Author, auto: str | None) -> None:
    fields = form(author, title=" \u200b", body="Words.")
    told = saved(author, fields, **({} if auto else {"auto": ""}))
    assert "errors" not in told and told["slug"] == "untitled"
    known = stored(told["post"])
    assert known.text.title == "Untitled" and known.saved.auto is bool(auto)
    named = saved(author, fields, post=told["post"], version=told["version"], title="Rivers", slug="untitled")
    assert named["slug"] == "rivers"
    emptied = saved(author, fields, post=told["post"], version=named["version"], title="", slug="rivers")
    assert emptied["slug"] == "rivers" and stored(told["post"]).text.title == "Rivers"


def test_nothing_is_not_saved(author: Author) -> None:
    answer = ask(author, PATH, **form(author))
    assert answer.status_code == 422 and answer.json["errors"] == {"title": "There is nothing to save yet."}
    assert rows(Post) == []


WRONG = {
    "slug": "No!",
    "language": "!",
    "cover": "c" * 1001,
    "canonical_url": "javascript:x",
    "published_at": "soon",
    "kind": "?",
    "tags": "g" * 81,
    "summary": "s" * 1001,
    "title": "t" * 501,
}


@pytest.mark.parametrize("state", ["new", "draft", "published"])
@pytest.mark.parametrize("field", [*WRONG])
def test_words_do_not_wait_for_another_field(blog: Blog, author: Author, field: str, state: str) -> None:
    before = {"slug": "rivers", "language": "hi", "cover": "/media/a.png", "tags": ["Water"], "summary": "S",
              "canonical_url": "https://e.example/"}  # fmt: skip
    post = blog.make_post("Rivers", **before, published_at="now" if state == "published" else None)
    path = "/admin/posts/new/" if state == "new" else f"/admin/posts/{post.id}/"
    told = saved(author, form(author, path, title="Rivers", body="New words.") | {field: WRONG[field]})
    assert set(told["errors"]) == {field} and told["errors"][field].endswith(".")
    known = stored(told["post"])
    assert known.text.body == "New words."
    assert (told["post"] == post.id) is (state != "new") and told["copied"] is (state == "published")
    if state != "new" and field in before:
        assert getattr(known.fields, field) == before[field]
    elif field == "title":
        assert known.text.title == ("Untitled" if state == "new" else "Rivers")


def test_everything_else_may_be_wrong_at_once(author: Author) -> None:
    told = saved(author, form(author, **{**WRONG, "body": "Words."}))
    assert set(told["errors"]) == set(WRONG) and stored(told["post"]).text.body == "Words."


@pytest.mark.parametrize("state", ["new", "draft", "published"])
def test_an_address_that_is_taken_leaves_the_words_saved(blog: Blog, author: Author, state: str) -> None:
    blog.make_post("Taken", slug="taken")
    post = blog.make_post("Rivers", slug="rivers", published_at="now" if state == "published" else None)
    path = "/admin/posts/new/" if state == "new" else f"/admin/posts/{post.id}/"
    told = saved(author, form(author, path, title="Rivers", slug="taken", body="New words."))
    assert "another post" in told["errors"]["slug"]
    assert told["slug"] == ("rivers-2" if state == "new" else "rivers")
    assert stored(told["post"]).text.body == "New words."


def test_an_address_that_a_page_cannot_have_leaves_a_post(blog: Blog, author: Author) -> None:
    post = blog.make_post("Archive", slug="archive", published_at=None)
    told = saved(author, form(author, f"/admin/posts/{post.id}/", kind="page", body="New words."))
    assert "slug" in told["errors"] and stored(post.id).kind == "post" and stored(post.id).text.body == "New words."


def test_readers_see_none_of_it(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", body="As it was.")
    told = saved(author, form(author, f"/admin/posts/{post.id}/", body="Half a", slug="streams"))
    assert told["copied"] and told["status"] == "published" and told["slug"] == "streams"
    assert "As it was." in words(blog.read("/posts/rivers/")) and blog.get("/posts/streams/").status_code == 404


def test_what_is_saved_by_itself_is_kept_once_in_ten_minutes(
    blog: Blog, author: Author, at: Callable[[datetime], None]
) -> None:
    at(NOON)
    fields = form(author, title="Rivers", body="0")
    told = saved(author, fields)
    for number in range(1, 40):
        at(NOON + timedelta(minutes=number))
        told = saved(author, fields, post=told["post"], version=told["version"], body=f"{number}")
    assert 2 <= len(rows(Revision)) <= 5


def test_a_text_too_long_is_not_stored(author: Author) -> None:
    answer = ask(author, PATH, **form(author, title="x", slug="No!", body="x" * (512 * 1024 + 1)))
    assert answer.status_code == 422 and set(answer.json["errors"]) == {"body", "slug"}
    assert "Split it" in answer.json["errors"]["body"] and answer.json["error"] in answer.json["errors"].values()
    assert rows(Post) == []


def test_a_page_too_large_is_not_stored(author: Author) -> None:
    notes = "[^1]" * 60_000 + "\n\n[^1]: x"
    answer = ask(author, PATH, **form(author, title="x", body=notes))
    assert answer.status_code == 422 and "4 MB" in answer.json["errors"]["body"] and rows(Post) == []


# -- somebody else ------------------------------------------------------------------------------------------


def conflicts() -> list[str]:
    return [revision.body for revision in rows(Revision) if revision.note == "conflict"]


def test_both_texts_are_kept_once_however_often_it_is_sent(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", published_at=None)
    path = f"/admin/posts/{post.id}/"
    mine, other = form(author, path, body="Mine."), form(author, path, body="Theirs.")
    saved(author, other)
    for _ in range(3):
        answer = ask(author, PATH, **mine)
        assert answer.status_code == 409
        assert answer.json == {"error": "This was saved elsewhere while you wrote. Both texts are kept.",
                               "address": path}  # fmt: skip
    assert conflicts() == ["Mine."] and stored(post.id).text.body == "Theirs."
    assert ask(author, PATH, **mine | {"body": "Mine, and more."}).status_code == 409
    assert conflicts() == ["Mine.", "Mine, and more."]


def test_a_post_deleted_meanwhile_keeps_the_words(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers")
    fields = form(author, f"/admin/posts/{post.id}/", body="Mine.")
    publish.delete(post.id)
    answer = ask(author, PATH, **fields)
    assert answer.status_code == 409 and "deleted meanwhile" in answer.json["error"]
    assert answer.json["address"] == f"/admin/posts/{post.id}/" and conflicts() == ["Mine."]


def test_a_post_that_is_no_more_is_told(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers")
    fields = form(author, f"/admin/posts/{post.id}/", body="Mine.")
    blog.run(delete(Post).where(Post.id == post.id))
    answer = ask(author, PATH, **fields)
    assert answer.status_code == 404 and "Your words stay" in answer.json["error"] and rows(Post) == []


# -- the ladder ---------------------------------------------------------------------------------------------


def test_who_may_not_save_is_told_why(blog: Blog, author: Author, visitor: Visitor) -> None:
    ladder(author, visitor, PATH, form(author, title="Rivers", body="Words."), busy=busy(blog))


@pytest.mark.parametrize("fault", [busy, full])
def test_nothing_is_saved_while_the_database_cannot(blog: Blog, author: Author, fault: Fault) -> None:
    post = blog.make_post("Rivers", body="As it was.")
    long = "A long text. " * 20000
    for path in (f"/admin/posts/{post.id}/", "/admin/posts/new/"):
        fields = form(author, path, title="Rivers", body=long)
        headers = {**DATA, "X-CSRFToken": author.token()}
        with fault(blog):
            answer = author.open(PATH, "POST", data=fields, headers=headers)
        assert answer.status_code == 503 and answer.headers["Retry-After"] and answer.json["error"]
        assert stored(post.id).text.body == "As it was."
    assert len(rows(Post)) == 1
    db.session.rollback()
    assert ask(author, PATH, **fields).status_code == 200


def test_a_save_reads_no_more_than_it_must(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", tags=["Water"])
    fields, token = form(author, f"/admin/posts/{post.id}/", body="New words."), author.token()
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert author.open(PATH, "POST", data=fields, headers={**DATA, "X-CSRFToken": token}).status_code == 200
    assert len(asked) <= 30, asked
