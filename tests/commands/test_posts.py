"""new, edit, publish, unpublish, delete, undelete, list."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.transfer.library import everything, rows
from tests.world import LONG_AGO, SITE_URL, Blog, Result, texts, words, write

Command = Callable[..., Result]
KEYS = {"slug", "title", "status", "published_at", "updated_at", "url", "guid", "tags"}


def listed(command: Command, *options: str) -> list[dict[str, Any]]:
    posts = command("list", "--json", *options).data["posts"]
    assert isinstance(posts, list)
    return posts


def only(command: Command) -> dict[str, Any]:
    (post,) = listed(command)
    return post


# -- new ----------------------------------------------------------------------------------------------------


def test_new_makes_a_draft_and_prints_its_address(command: Command, blog: Blog) -> None:
    result = command("new", "Two rivers")
    assert (result.status, result.err) == (0, "")
    assert result.out.strip().endswith(f"{SITE_URL}/posts/two-rivers/")
    assert only(command)["status"] == "draft"
    blog.read("/posts/two-rivers/", 404)


def test_new_publishes_a_text_from_standard_input(command: Command, blog: Blog) -> None:
    result = command(
        "new", "Two rivers", "--file", "-", "--slug", "rivers", "--tag", "Volga", "--tag", "Ganges",
        "--summary", "In short.", "--language", "hi", "--publish", stdin="# Water\n\nFlows.",
    )  # fmt: skip
    assert (result.status, result.out) == (0, f"Published. {SITE_URL}/posts/rivers/\n")
    page = blog.read("/posts/rivers/")
    assert texts(page, "//h1") == ["Two rivers"]
    assert "Flows." in words(page)
    assert only(command)["tags"] == ["Volga", "Ganges"]


def test_new_reads_a_file(command: Command, blog: Blog, tmp_path: Path) -> None:
    file = write(tmp_path, "a.md", b"\xef\xbb\xbfOne\r\ntwo")
    assert command("new", "A", "--file", str(file), "--publish").status == 0
    assert blog.get("/posts/a.md").text == "# A\n\nOne\ntwo\n"


def test_new_with_a_past_date_is_published_then(command: Command, app: object) -> None:
    command("config", "timezone", "Asia/Kolkata")
    assert command("new", "A", "--date", "2024-05-01", "--publish").status == 0
    assert (only(command)["status"], only(command)["published_at"]) == ("published", "2024-04-30T18:30:00+00:00")


def test_new_with_a_future_date_is_scheduled(command: Command, blog: Blog, tomorrow: datetime) -> None:
    result = command("new", "A", "--date", tomorrow.isoformat(), "--publish")
    assert result.out.startswith("Scheduled.")
    blog.read("/posts/a/", 404)


def test_new_without_publish_says_that_the_date_is_not_kept(command: Command, app: object) -> None:
    result = command("new", "A", "--date", "2024-05-01", "--json")
    assert result.data["published_at"] is None
    assert "--publish" in result.err


def test_new_makes_pages_and_unlisted_posts(command: Command, blog: Blog) -> None:
    assert command("new", "About", "--page", "--publish", "--json").data["url"] == f"{SITE_URL}/about/"
    command("new", "Hidden", "--unlisted", "--publish")
    assert texts(blog.read("/about/"), "//h1") == ["About"]
    assert texts(blog.read("/posts/hidden/"), "//h1") == ["Hidden"]
    assert "Hidden" not in words(blog.read("/"))


def test_two_posts_of_one_title_get_two_addresses(command: Command, app: object) -> None:
    command("new", "A")
    assert command("new", "A", "--json").data["slug"] == "a-2"


def test_new_begins_a_blog(command: Command, instance: Path) -> None:
    assert command("new", "A", "--publish").status == 0
    assert rows(instance, "SELECT title FROM post") == [("A",)]


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["new", ""], b"", "needs a title"),
        (["new", "x" * 501], b"", "The title has 501 characters"),
        (["new", "A", "--slug", "No Slug!"], b"", "cannot be an address"),
        (["new", "A", "--slug", "taken"], b"", "leads to another post, “Taken”"),
        (["new", "A", "--slug", "admin", "--page"], b"", "belongs to the blog itself"),
        (["new", "A", "--date", "yesterday", "--publish"], b"", "“yesterday” is not a date"),
        (["new", "A", "--date", "99999-01-01", "--publish"], b"", "is not a date"),
        (["new", "A", "--language", "klingonese!"], b"", "is not a language tag"),
        (["new", "A", "--tag", "x" * 81], b"", "81 characters; 80 are allowed"),
        (["new", "A", "--summary", "x" * 1001], b"", "The summary has 1001 characters"),
        (["new", "A", "--file", "-"], b"caf\xe9", "not UTF-8, from line 1 on"),
        (["new", "A", "--file", "-"], b"one\n\0", "NUL character in line 2"),
        (["new", "A", "--file", "-"], b"word " * 120_000, "The text has 585 kB; 512 kB are allowed"),
        (["new", "A", "--file", "/nowhere/a.md"], b"", "The file /nowhere/a.md cannot be read: No such file"),
        (["new", "A", "--file", "/"], b"", "cannot be read: Is a directory"),
        (["edit", "taken"], b"", "Nothing to change was given"),
        (["edit", "taken", "--title", " "], b"", "needs a title"),
        (["edit", "taken", "--slug", "other"], b"", "leads to another post, “Other”"),
        (["edit", "taken", "--date", "soon"], b"", "“soon” is not a date"),
        (["edit", "taken", "--file", "-"], b"\xff", "not UTF-8"),
        (["publish", "taken", "--at", "soon"], b"", "“soon” is not a date"),
        (["undelete", "taken"], b"", "is not deleted"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    command: Command, blog: Blog, instance: Path, arguments: list[str], stdin: bytes, said: str
) -> None:
    blog.make_post("Taken", slug="taken")
    blog.make_post("Other", slug="other")
    before = everything(instance)
    result = command(*arguments, stdin=stdin)
    assert (result.status, result.out) == (1, "")
    assert said in result.err and result.err.count("\n") == 1
    assert everything(instance) == before


@pytest.mark.parametrize("name", ["edit", "publish", "unpublish", "delete", "undelete"])
def test_a_post_that_does_not_exist_is_named(command: Command, app: object, name: str) -> None:
    result = command(name, "nothing", *(["--title", "A"] if name == "edit" else []))
    assert (result.status, result.out) == (1, "")
    assert result.err == "There is no post “nothing”. `broadsheet list` names them all.\n"


@pytest.mark.parametrize(
    "arguments", [["new"], ["publish"], ["list", "--status", "lost"], ["new", "A", "--colour", "red"], ["fly"]]
)
def test_a_command_that_is_not_understood_says_how_it_is_used(
    command: Command, app: object, arguments: list[str]
) -> None:
    result = command(*arguments)
    assert (result.status, result.out) == (2, "")
    assert "Usage: " in result.err


# -- edit ---------------------------------------------------------------------------------------------------


def test_edit_changes_what_is_given_and_keeps_what_it_said(command: Command, blog: Blog, instance: Path) -> None:
    blog.make_post("Rivers", body="Two.", tags=["Volga"], summary="Short.")
    result = command("edit", "rivers", "--file", "-", "--title", "Three rivers", stdin="Three.")
    assert (result.status, result.out) == (0, f"Saved. {SITE_URL}/posts/rivers/\n")
    assert "Three." in words(blog.read("/posts/rivers/"))
    assert rows(instance, "SELECT title, body FROM revision") == [("Rivers", "Two.")]
    assert (only(command)["title"], only(command)["tags"]) == ("Three rivers", ["Volga"])


def test_edit_moves_a_post_and_the_old_address_leads_to_it(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers")
    command("edit", "rivers", "--slug", "streams")
    response = blog.get("/posts/rivers/")
    assert (response.status_code, response.headers["Location"]) == (301, "/posts/streams/")


def test_edit_replaces_and_removes_tags(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers", tags=["Volga"])
    assert command("edit", "rivers", "--tag", "Ganges", "--tag", "Don", "--json").data["tags"] == ["Ganges", "Don"]
    assert command("edit", "rivers", "--tag", "", "--json").data["tags"] == []


def test_edit_dates_a_published_post_and_not_a_draft(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers")
    blog.make_post("Draft", published_at=None)
    assert (
        command("edit", "rivers", "--date", "2023-01-01", "--json").data["published_at"] == "2023-01-01T00:00:00+00:00"
    )
    result = command("edit", "draft", "--date", "2023-01-01")
    assert result.status == 1 and "publish draft --at 2023-01-01" in result.err


def test_a_minor_edit_is_no_update(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers")
    assert command("edit", "rivers", "--title", "Riverz", "--minor", "--json").data["updated_at"] is None
    assert command("edit", "rivers", "--title", "Rivers", "--json").data["updated_at"] is not None


# -- publish, unpublish, delete, undelete -------------------------------------------------------------------


def test_publish_makes_a_draft_public_now(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers", published_at=None)
    assert command("publish", "rivers").out == f"Published. {SITE_URL}/posts/rivers/\n"
    assert texts(blog.read("/posts/rivers/"), "//h1") == ["Rivers"]
    assert datetime.now(UTC) - datetime.fromisoformat(only(command)["published_at"]) < timedelta(minutes=1)


def test_publish_at_a_later_time_schedules(
    command: Command, blog: Blog, tomorrow: datetime, at: Callable[[datetime], None]
) -> None:
    blog.make_post("Rivers", published_at=None)
    assert command("publish", "rivers", "--at", tomorrow.isoformat()).out.startswith("Scheduled.")
    blog.read("/posts/rivers/", 404)
    at(tomorrow + timedelta(seconds=1))
    assert texts(blog.read("/posts/rivers/"), "//h1") == ["Rivers"]


def test_publish_at_reads_the_sites_zone(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers", published_at=None)
    command("config", "timezone", "Europe/Moscow")
    assert (
        command("publish", "rivers", "--at", "2024-05-01T08:00", "--json").data["published_at"]
        == "2024-05-01T05:00:00+00:00"
    )


def test_publishing_again_keeps_the_date(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers", published_at=LONG_AGO)
    assert command("publish", "rivers", "--json").data["published_at"] == LONG_AGO.isoformat()
    command("unpublish", "rivers")
    assert command("publish", "rivers", "--json").data["published_at"] == LONG_AGO.isoformat()


def test_publish_brings_a_scheduled_post_forward(command: Command, blog: Blog, tomorrow: datetime) -> None:
    blog.make_post("Rivers", published_at=tomorrow)
    assert command("publish", "rivers", "--json").data["status"] == "published"
    blog.read("/posts/rivers/")


def test_unpublish_makes_a_draft_again(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers")
    assert command("unpublish", "rivers").status == 0
    blog.read("/posts/rivers/", 404)
    again = command("unpublish", "rivers")
    assert (again.status, again.err) == (1, "“Rivers” is a draft already.\n")


def test_delete_takes_a_post_away_and_undelete_brings_it_back(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers", tags=["Volga"])
    assert command("delete", "rivers").status == 0
    blog.read("/posts/rivers/", 410)
    assert listed(command) == []
    assert [post["slug"] for post in listed(command, "--status", "deleted")] == ["rivers"]
    assert command("undelete", "rivers", "--json").data["tags"] == ["Volga"]
    assert texts(blog.read("/posts/rivers/"), "//h1") == ["Rivers"]


@pytest.mark.parametrize("name", ["delete", "publish", "unpublish"])
def test_a_deleted_post_must_be_undeleted_first(command: Command, blog: Blog, instance: Path, name: str) -> None:
    blog.make_post("Rivers")
    command("delete", "rivers")
    before = everything(instance)
    result = command(name, "rivers")
    assert (result.status, result.err) == (1, "“Rivers” is deleted; undelete it first.\n")
    assert everything(instance) == before


def test_a_deleted_draft_was_never_there(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers", published_at=None)
    command("delete", "rivers")
    blog.read("/posts/rivers/", 404)


def test_a_post_may_be_named_by_its_address(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers")
    assert command("unpublish", f"{SITE_URL}/posts/rivers/").status == 0


@pytest.mark.parametrize("name", ["new", "edit", "publish", "unpublish", "delete", "undelete"])
def test_every_command_answers_programs_with_one_object(command: Command, blog: Blog, name: str) -> None:
    blog.make_post("Rivers", published_at=None if name == "publish" else "now")
    if name == "undelete":
        command("delete", "rivers")
    more = ["--title", "Streams"] if name == "edit" else []
    result = command(name, "Lakes" if name == "new" else "rivers", *more, "--json")
    assert (result.status, result.out.count("\n")) == (0, 1)
    assert set(result.data) >= KEYS
    assert result.data["status"] == {
        "publish": "published",
        "edit": "published",
        "undelete": "published",
        "delete": "deleted",
    }.get(name, "draft")


# -- list ---------------------------------------------------------------------------------------------------


def test_list_answers_programs_exactly_as_promised(command: Command, blog: Blog, tomorrow: datetime) -> None:
    post = blog.make_post("Rivers", published_at=LONG_AGO, tags=["Volga", "Ganges"])
    result = command("list", "--json")
    assert set(result.data) == {"posts"}
    assert result.data["posts"] == [
        {
            "slug": "rivers", "title": "Rivers", "status": "published", "published_at": LONG_AGO.isoformat(),
            "updated_at": None, "url": f"{SITE_URL}/posts/rivers/", "guid": post.guid, "tags": ["Volga", "Ganges"],
        }
    ]  # fmt: skip


def test_list_knows_every_status(command: Command, blog: Blog, tomorrow: datetime) -> None:
    blog.make_post("Draft", published_at=None)
    blog.make_post("Scheduled", published_at=tomorrow)
    blog.make_post("Published")
    blog.make_post("Deleted")
    command("delete", "deleted")
    for status in ("draft", "scheduled", "published", "deleted"):
        assert [(post["slug"], post["status"]) for post in listed(command, "--status", status)] == [(status, status)]
    assert {post["status"] for post in listed(command)} == {"draft", "scheduled", "published"}


def test_list_tells_people_status_date_and_slug(command: Command, blog: Blog) -> None:
    blog.make_post("Two rivers", published_at=LONG_AGO)
    assert command("list").out == "published  2024-05-01  two-rivers  Two rivers\n"


def test_an_empty_list_says_so(command: Command, app: object) -> None:
    assert command("list").out.startswith("No posts yet.")
    assert command("list", "--status", "draft").out == "No draft posts.\n"
    assert command("list", "--json").data == {"posts": []}
