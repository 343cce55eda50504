"""The writing page: begin, save, publish, schedule, take back, take away."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html
from sqlalchemy import select

from blog.core.accounts import people
from blog.core.editor import publish, working_copy
from blog.core.site.settings import configure
from blog.core.text.validate import BODY_BYTES
from blog.extensions import db
from blog.models import Post, Site
from tests.admin.conftest import Author, Visitor, notices
from tests.admin.writing import NEW, again, held, send, wrong
from tests.world import Blog, texts, words

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
Clock = Callable[[datetime], None]
EVERYTHING = {
    "title": "Rivers & <hills>", "slug": "on-rivers", "summary": 'What "they" do.', "body": "Line one.\n\n<b>Two</b>\n",
    "tags": 'Water, "Berlin, Germany"', "language": "de", "published_at": "2029-01-02T03:04", "cover": "/media/x.jpg",
    "kind": "page", "canonical_url": "https://example.org/first", "unlisted": "on",
}  # fmt: skip


@pytest.fixture
def author(blog: Blog, at: Clock) -> Author:
    at(NOW)
    return Author(blog)


def address(post: Post) -> str:
    return f"/admin/posts/{post.id}/"


def now(post: Post | None = None) -> working_copy.EditorPost:
    """The post, or the only one, as its author sees it."""
    db.session.rollback()
    db.session.expire_all()
    return working_copy.load(post.id if post else db.session.scalars(select(Post.id)).one())


def plain(fields: dict[str, str]) -> dict[str, str]:
    """Fields as they were typed: browsers end lines in their own way."""
    return {name: value.replace("\r\n", "\n") for name, value in fields.items()}


# -- a new post ---------------------------------------------------------------------------------------------


def test_a_new_post_is_saved_with_all_its_fields(blog: Blog, author: Author) -> None:
    answer = send(author, NEW, **EVERYTHING)
    assert answer.status_code == 303
    page = author.page(answer.location)
    assert plain(held(page)).items() >= EVERYTHING.items()
    made = now()
    assert (made.status, made.author, made.fields.tags) == ("draft", "Ana", ["Water", "Berlin, Germany"])
    assert made.date == datetime(2029, 1, 2, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("action", "date", "status", "said"),
    [
        ("publish", "", "published", "Published."),
        ("publish", "2020-01-02T03:04", "published", "Published."),
        ("schedule", "2030-06-01T08:00", "scheduled", "Scheduled."),
        ("save", "2030-06-01T08:00", "draft", "Saved."),
        ("nonsense", "", "draft", "Saved."),
        (None, "", "draft", "Saved."),
    ],
)
def test_a_new_post_may_be_published_at_once(
    blog: Blog, author: Author, action: str | None, date: str, status: str, said: str
) -> None:
    answer = author.post(NEW, title="Rivers", body="Text.", published_at=date, action=action)
    assert answer.status_code == 303
    page = author.page(answer.location)
    assert notices(page) == [said]
    assert held(page)["published_at"] == (date or ("2030-05-01T12:00" if status == "published" else ""))
    assert now().status == status
    assert blog.get("/posts/rivers/").status_code == (200 if status == "published" else 404)


def test_a_button_pressed_twice_makes_one_post(blog: Blog, author: Author) -> None:
    fields = held(author.page(NEW)) | {"title": "Rivers", "body": "Text.", "action": "publish"}
    first, second = author.post(NEW, **fields), author.post(NEW, **fields)
    assert first.location == second.location
    assert now().status == "published"
    third = author.post(NEW, **fields | {"body": "Other text."})
    assert third.status_code == 409 and again(third)["body"] == "Other text."


def test_the_form_of_a_new_post_that_is_gone_back_to_does_what_it_says(blog: Blog, author: Author) -> None:
    fields = held(author.page(NEW)) | {"title": "Rivers", "body": "Text."}
    author.page(author.post(NEW, **fields | {"action": "save"}).location)
    answer = author.post(NEW, **fields | {"action": "publish"})
    assert notices(author.page(answer.location)) == ["Published."] and now().status == "published"
    assert blog.get("/posts/rivers/").status_code == 200


# -- what cannot be taken -----------------------------------------------------------------------------------

BAD = [
    ("title", "  ", "needs a title"),
    ("title", "x" * 501, "501 characters"),
    ("slug", "No Slug!", "cannot be an address"),
    ("slug", "taken", "leads to another post"),
    ("summary", "x" * 1001, "1001 characters"),
    ("body", "x" * 600_000, "512 kB are allowed"),
    ("tags", "x" * 81, "81 characters"),
    ("tags", "x" * 140_000, "140000 characters"),  # more than Python's csv module takes
    ("cover", "/media/" + "x" * 1000, "1007 characters"),
    ("language", "klingon!", "language tag"),
    ("canonical_url", "javascript:alert(1)", "whole address"),
    ("kind", "essay", "not a kind"),
    ("published_at", "next week", "not a date"),
    ("published_at", "2031-03-30T02:30", "clocks are set forward"),
    ("published_at", "0001-01-01T00:00", "out of range"),
]


@pytest.mark.parametrize("action", ["save", "publish"])
@pytest.mark.parametrize(("field", "value", "said"), BAD, ids=[f"{field} {said}" for field, _, said in BAD])
def test_a_rejected_form_holds_every_word(
    blog: Blog, author: Author, action: str, field: str, value: str, said: str
) -> None:
    configure("timezone", "Europe/Berlin")
    blog.make_post("Taken", slug="taken")
    post = blog.make_post("Rivers", body="As it was.", published_at=NOW - timedelta(days=1))
    for path in (NEW, address(post)):
        typed = EVERYTHING | {"kind": "post", "published_at": "", field: value}
        answer = send(author, path, action, **typed)
        assert answer.status_code == 422, path
        shown = plain(again(answer))
        assert {name: shown.get(name) for name in typed if name != "kind"} == {
            name: value for name, value in typed.items() if name != "kind"
        }
        assert said in wrong(answer)[field]
        page = html.document_fromstring(answer.text)
        marked = page.xpath(f"//*[@id = '{field}' and @aria-invalid = 'true']/@aria-describedby")
        assert f"{field}-wrong" in marked[0]
        assert page.xpath(f"//*[@role = 'alert']//a[@href = '#{field}']")
    assert now(post).fields.body == "As it was." and not now(post).copied
    assert len(db.session.scalars(select(Post.id)).all()) == 2


def test_all_that_is_wrong_is_told_at_once(blog: Blog, author: Author) -> None:
    answer = send(author, NEW, "publish", title="", slug="No!", language="!", published_at="soon")
    assert set(wrong(answer)) == {"title", "slug", "language", "published_at"}
    answer = send(author, NEW, "publish", title="", published_at="2030-05-01T12:01")
    assert set(wrong(answer)) == {"title", "published_at"}


def test_nothing_is_published_by_a_date_that_its_author_cannot_mean(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", published_at=None)
    for action, date in (("publish", "2030-05-02T12:00"), ("schedule", ""), ("schedule", "2030-05-01T11:59")):
        answer = send(author, address(post), action, published_at=date)
        assert answer.status_code == 422 and "published_at" in wrong(answer)
        assert again(answer)["published_at"] == date
    assert now(post).status == "draft"


def test_an_hour_that_comes_twice_is_the_first(blog: Blog, author: Author) -> None:
    configure("timezone", "Europe/Berlin")
    post = blog.make_post("Rivers", published_at=None)
    send(author, address(post), "schedule", published_at="2030-10-27T02:30")
    assert now(post).date == datetime(2030, 10, 27, 0, 30, tzinfo=UTC)


def test_a_date_that_was_not_touched_stays_to_the_microsecond(blog: Blog, author: Author) -> None:
    moment = datetime(2029, 1, 1, 8, 30, 59, 123456, tzinfo=UTC)
    post = blog.make_post("Rivers", published_at=moment)
    send(author, address(post), "publish", body="Other.")
    assert blog.again(post).published_at == moment


# -- a post that is there -----------------------------------------------------------------------------------


def test_changes_of_a_public_post_wait_until_they_are_published(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", body="Public words.")
    answer = send(author, address(post), body="Changed words.", title="Seas")
    page = author.page(answer.location)
    assert notices(page) == ["Saved. Readers see nothing of these changes until you publish them."]
    assert "Changes not published" in words(page)
    assert "Public words." in words(blog.read("/posts/rivers/"))
    send(author, address(post), "publish", slug="seas")
    assert blog.get("/posts/rivers/").status_code == 301
    assert "Changed words." in words(blog.read("/posts/seas/"))


def test_saving_a_copy_leaves_the_page_cache_full(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", body="Public words.")
    version = select(Site.public_version)
    before = db.session.scalar(version)
    send(author, address(post), body="Changed.", slug="other", tags="New")
    send(author, address(post), "link")
    send(author, address(post), "unlink")
    send(author, address(post), "discard")
    send(author, NEW, title="Another", body="Draft.")
    db.session.rollback()
    assert db.session.scalar(version) == before


def test_a_minor_edit_leaves_the_date_of_the_last_update(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", body="Wrods.", published_at=NOW - timedelta(days=9))
    send(author, address(post), "publish", body="Words.", minor="on")
    assert blog.again(post).updated_at is None
    send(author, address(post), "publish", body="More words.")
    assert blog.again(post).updated_at == NOW


def test_unpublish_delete_and_undelete(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", body="Words.")
    assert notices(author.page(send(author, address(post), "unpublish").location)) == [
        "A draft again: readers find it no more."
    ]
    assert blog.get("/posts/rivers/").status_code == 404
    send(author, address(post), "publish")
    send(author, address(post), "delete", body="Typed and not saved.")
    assert blog.get("/posts/rivers/").status_code == 410
    page = author.page(address(post))
    assert not page.xpath("//button[@value = 'save']") and page.xpath("//textarea[@readonly]")
    assert now(post).status == "deleted"
    send(author, address(post), "undelete")
    assert blog.get("/posts/rivers/").status_code == 200
    assert texts(author.page(f"{address(post)}revisions/"), "//ol/li")[1].endswith(
        "typed and not saved Compare with now Restore the revision saved then"
    )


@pytest.mark.parametrize(
    ("state", "action", "said"),
    [("draft", "unpublish", "a draft already"), ("draft", "undelete", "not deleted"),
     ("published", "discard", "no unpublished changes"), ("deleted", "delete", "deleted already")],
)  # fmt: skip
def test_what_makes_no_sense_is_told_and_keeps_the_words(
    blog: Blog, author: Author, state: str, action: str, said: str
) -> None:
    post = blog.make_post("Rivers", published_at="now" if state == "published" else None)
    if state == "deleted":
        publish.delete(post.id)
    answer = send(author, address(post), action, body="Typed.")
    assert answer.status_code == 409
    assert said in answer.text and again(answer)["body"] == "Typed."


def test_publishing_what_is_scheduled_shows_it_now(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", published_at=NOW + timedelta(days=3))
    page = author.page(address(post))
    assert texts(page, "//button[@value = 'publish']") == ["Publish now"]
    send(author, address(post), "publish")
    assert blog.again(post).published_at == NOW


def test_enter_in_a_field_saves_and_nothing_else(blog: Blog, author: Author) -> None:
    for post in (None, blog.make_post("Public"), blog.make_post("Draft", published_at=None)):
        page = author.page(address(post) if post else NEW)
        first = page.forms[-1].xpath(".//button[not(@type = 'button')]")[0]
        assert (first.get("name"), first.get("value")) == ("action", "save")


def test_every_button_works_without_scripts(blog: Blog, author: Author) -> None:
    page = author.page(address(blog.make_post("Rivers")))
    assert page.xpath("//script/@type") == ["module"]  # adds comfort; what follows is there without it
    assert not page.xpath("//form//form")


def test_warnings_are_told_and_keep_nobody_from_publishing(blog: Blog, author: Author) -> None:
    links = "[gone](/posts/nowhere/) [fine](/posts/there/) [tag](/tags/none/)"
    body = f"## One\n\n#### Deep\n\n![](/media/a.png)\n\n{links}"
    blog.make_post("There", slug="there")
    answer = send(author, NEW, "publish", title="A title that is too long for networks " * 2, slug="long", body=body)
    remarks = texts(author.page(answer.location), "//section[@aria-labelledby = 'remarks']//li")
    expected = ("no summary", "will cut it", "alt text", "level", "/posts/nowhere/, /tags/none/")
    assert all(said in remark for said, remark in zip(expected, remarks, strict=True))
    assert blog.get("/posts/long/").status_code == 200


def test_times_are_told_in_the_sites_zone(blog: Blog, author: Author) -> None:
    configure("timezone", "Asia/Kolkata")
    post = blog.make_post("Rivers", published_at=datetime(2029, 12, 31, 20, 0, tzinfo=UTC))
    page = author.page(address(post))
    assert held(page)["published_at"] == "2030-01-01T01:30"
    assert "January 1, 2030, 01:30" in words(page)
    assert "Asia/Kolkata" in words(page)


def test_posts_keep_their_author(blog: Blog, author: Author, another: Callable[..., Author]) -> None:
    send(author, NEW, "publish", title="Rivers", body="Text.")
    bo = another()
    send(bo, f"/admin/posts/{now().id}/", "publish", body="By Bo.")
    assert now().author == "Bo"
    assert texts(blog.read("/posts/rivers/"), "//a[@rel = 'author']") == ["Ana"]
    people.remove("ana@example.org")
    assert texts(blog.read("/posts/rivers/"), "//a[@rel = 'author']") == ["Ana"]


# -- what may come in ---------------------------------------------------------------------------------------


def test_a_text_of_the_greatest_size_is_saved(blog: Blog, author: Author) -> None:
    body = ("Ж" * 63 + "\n") * (BODY_BYTES // 127)
    assert send(author, NEW, title="Long", body=body).status_code == 303
    assert now().fields.body == body


@pytest.mark.parametrize("path", ["/admin/posts/99/", "/admin/posts/99999999999999999999/", "/admin/posts/0/"])
def test_a_post_that_is_not_there_is_missing(blog: Blog, author: Author, path: str) -> None:
    assert author.get(path).status_code == 404
    answer = author.post(path, title="Rivers", body="Long work.", action="save")
    assert answer.status_code == 404


def test_a_form_of_a_post_that_is_no_more_keeps_its_words(blog: Blog, author: Author) -> None:
    answer = author.post("/admin/posts/99/", title="Rivers", body="Long work.", action="save")
    assert answer.status_code == 404
    page = html.document_fromstring(answer.text)
    assert again(answer)["body"] == "Long work." and page.forms[-1].get("action") == NEW
    assert author.post(NEW, **again(answer) | {"action": "save"}).status_code == 303
    assert now().fields.body == "Long work."


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(blog: Blog, author: Author, method: str) -> None:
    for path in (NEW, "/admin/posts/1/", "/admin/posts/1/revisions/", "/admin/posts/preview/"):
        assert author.open(path, method).status_code == 405
    assert author.get("/admin/posts/preview/").status_code == 405


def test_fields_that_are_left_out_or_strange_are_taken_calmly(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", published_at=None)
    answer = author.post(address(post), action="save")
    assert answer.status_code == 422
    answer = author.post(address(post), title="Rivers\0\ud7ff", body="x\0y", version="9" * 40, tags='"unclosed, tag')
    assert answer.status_code in (303, 409)


# -- without a session, or its token ------------------------------------------------------------------------


def test_the_text_comes_back_after_signing_in_again(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", body="As it was.", published_at=None)
    for path in (address(post), NEW):
        stranger, before = Visitor(blog.app), now(post).fields.title
        stranger.get("/admin/sign-in/")
        fields = held(author.page(path)) | {"title": "Seas", "body": "Words\nwith <b>marks</b>.\n", "action": "publish"}
        door = stranger.post(path, form="/admin/sign-in/", **fields)
        assert door.status_code == 401
        waiting = again(door) | {"email": "ana@example.org", "password": "seven quiet rivers"}
        page = stranger.open("/admin/sign-in/", "POST", data=waiting)
        assert page.status_code == 200
        assert plain(again(page)).items() >= {"title": "Seas", "body": "Words\nwith <b>marks</b>.\n"}.items()
        assert "nothing is saved yet" in page.text
        assert now(post).fields.title == before
        assert stranger.post(path, **again(page) | {"action": "save"}).status_code == 303


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_a_form_without_its_token_is_shown_again(blog: Blog, author: Author, token: str | None) -> None:
    post = blog.make_post("Rivers", body="As it was.")
    for path in (address(post), NEW):
        answer = author.post(path, title="Seas", body="Typed.", action="publish", csrf_token=token)
        assert answer.status_code == 400
        assert again(answer)["body"] == "Typed."
    assert now(post).fields.title == "Rivers"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_forms_of_other_sites_do_nothing(blog: Blog, author: Author, headers: dict[str, str]) -> None:
    post = blog.make_post("Rivers")
    data = held(author.page(address(post))) | {"action": "delete"}
    assert author.open(address(post), "POST", data=data, headers=headers).status_code == 403
    assert now(post).status == "published"
