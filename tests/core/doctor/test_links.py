"""The doctor's look at what the database tells: links, clock, backups, errands, feeds, cards; and the whole command."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blog import clock
from blog.core.doctor import links
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.media import library
from blog.core.posts import query
from blog.core.site.settings import configure
from blog.core.urls import redirects
from blog.transfer import samples
from tests.core.doctor.findings import change, mended, said, seen
from tests.world import SITE_URL, Blog, Result, picture, write

At = Callable[[datetime], None]
Command = Callable[..., Result]
NOW = datetime.now(UTC).replace(microsecond=0)


def backup(folder: Path, made_at: datetime, reason: str = "daily", size: int = 2_000_000) -> Path:
    """What looks like a backup from outside."""
    return write(folder, f"broadsheet-{reason}-{made_at:%Y%m%dT%H%M%SZ}.zip", b"x" * size)


# -- links --------------------------------------------------------------------------------------------------

LINKS = {
    "/posts/nothing/": False, "/posts/draft/": False, "/posts/there/": True, "/posts/there.md": True, "/about/": True,
    "/nobody/": False, "/tags/rivers/": True, "/tags/lakes/": False, "/2019/old/": False, "/2019/moved/": True,
    "/2019/gone/": False, "/archive/": True, "/feed.xml": True, "https://elsewhere.example/posts/nothing/": True,
    f"{SITE_URL}/posts/nothing-either/": False, "../there/": True, "../nowhere/": False, "#note": True,
    "mailto:a@b.example": True, "https://[bad/": True,
}  # fmt: skip


@pytest.fixture
def linked(blog: Blog) -> Blog:
    """A blog with a post that links to everything."""
    blog.make_post("There", slug="there", tags=["Rivers"])
    blog.make_post("About", slug="about", kind="page")
    blog.make_post("Draft", slug="draft", published_at=None, body="[never told](/posts/nothing/)")
    redirects.add("/2019/moved/", "/posts/there/")
    redirects.add("/2019/gone/", None)
    blog.make_post("Links", slug="links", body="\n".join(f"[x]({link})" for link in LINKS))
    return blog


def test_links_that_lead_nowhere_are_found_and_no_other(linked: Blog) -> None:
    found = {one.link for one in links.broken_links(SITE_URL, 100)}
    assert found == {link for link, leads in LINKS.items() if not leads}


def test_they_are_named_with_their_post_until_they_are_mended(blog: Blog) -> None:
    post = blog.make_post("Links", slug="links", body="[x](/posts/later/)", cover=f"/media/{'0' * 24}.png")
    found = seen(blog, "note")
    assert (
        "2 links of this site lead nowhere: /posts/links/ links to /posts/later/, /posts/links/ links to /media/"
        in found
    )
    blog.make_post("Later", slug="later")
    publish.edit(post.id, Fields(cover=""))
    assert "lead nowhere" not in seen(blog, "note") and "All links within the site lead" in seen(blog, "good")


def test_many_are_counted_and_some_are_named(blog: Blog) -> None:
    blog.make_post("Links", slug="links", body="\n".join(f"[x](/posts/lost-{n}/)" for n in range(1500)))
    found = seen(blog, "note")
    assert "1,000 links or more of this site lead nowhere" in found and "and 995 more" in found


def test_where_somebody_waits_the_newest_texts_are_read(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "QUICK_TEXTS", 1)
    blog.make_post("Old", body="[x](/posts/lost/)")
    blog.make_post("New")
    assert "in the 1 newest texts; `broadsheet doctor` reads all" in seen(blog, "good", thorough=False)
    assert "lead nowhere" in seen(blog, "note")


# -- time ---------------------------------------------------------------------------------------------------


def test_a_clock_behind_what_it_dated_is_told(blog: Blog, at: At) -> None:
    blog.make_post("Post")
    at(clock.now() - timedelta(hours=2))
    assert "yet the newest text or change is of" in seen(blog) and "timedatectl" in seen(blog)
    at(clock.now() + timedelta(hours=3))
    assert seen(blog) == ""


def test_many_changes_within_a_second_say_nothing_of_the_clock(blog: Blog) -> None:
    """Each is dated a second after the one before, so that readers' programs see every one."""
    change(blog.instance, "UPDATE site SET changed_at = '2099-01-01 00:00:00.000000'")
    assert seen(blog) == ""


def test_a_clock_before_the_code_is_told(blog: Blog, at: At) -> None:
    change(blog.instance, "UPDATE site SET changed_at = '2000-01-01 00:00:00'")
    at(datetime(2001, 1, 1, tzinfo=UTC))
    assert "yet this code was installed on" in seen(blog)
    at(NOW)
    assert seen(blog) == ""


def test_a_time_zone_that_is_not_known_here_is_told(blog: Blog) -> None:
    change(blog.instance, "UPDATE site SET timezone = 'Mars/Base'")
    assert "Nothing is known here of the time zone Mars/Base" in said(blog.app.extensions["settings"])
    configure("timezone", "Europe/Berlin")
    assert seen(blog) == ""


# -- backups ------------------------------------------------------------------------------------------------


def test_a_blog_of_samples_needs_no_backup(blog: Blog) -> None:
    samples.load(blog.instance / "media")
    assert "There is no backup" not in seen(blog, "note", "bad")
    publish.edit(query.find("diplomatic-relations").id, Fields(title="Mine now"))
    assert "There is no backup" in seen(blog, "note")


def test_a_blog_without_backups_is_told_more_loudly_after_two_days(blog: Blog, at: At) -> None:
    blog.make_post("Post")
    folder = blog.instance / "backups"
    assert f"There is no backup in {folder}." in seen(blog, "note") and seen(blog) == ""
    at(NOW + timedelta(days=3))
    assert f"There is no backup in {folder}. `broadsheet backup` makes one" in seen(blog)
    backup(folder, NOW + timedelta(days=3))
    assert seen(blog) == ""
    assert "(2.0 MB; 1 backup, 2.0 MB, in" in seen(blog, "good")


def test_an_old_backup_is_bad_only_when_something_changed_since(blog: Blog, at: At) -> None:
    blog.make_post("Post")
    backup(blog.instance / "backups", NOW + timedelta(minutes=10))
    backup(blog.instance / "backups", NOW + timedelta(days=3), "before-upgrade")  # holds no pictures
    at(NOW + timedelta(days=4))
    assert seen(blog) == ""
    publish.edit(query.find("post").id, Fields(title="Changed"))
    assert "and the blog has changed since. `broadsheet backup` makes one" in seen(blog)


def test_backups_on_the_disk_of_the_blog_are_noted(blog: Blog, tmp_path: Path) -> None:
    settings = blog.app.extensions["settings"]
    backup(settings.backup_folder, NOW)
    assert "The backups lie on the same disk as the blog" in said(settings, "note")
    other = Path("/var/tmp" if str(tmp_path).startswith("/dev/shm") else "/dev/shm")
    if not os.access(other, os.W_OK) or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other disk here")
    elsewhere = replace(settings, backups=other)
    assert "The backups lie on the same disk" not in said(elsewhere, "note")


def test_backups_switched_off_are_noted(blog: Blog) -> None:
    settings = replace(blog.app.extensions["settings"], backups=None)
    assert "No backups are made by themselves. Unset BLOG_BACKUPS" in said(settings, "note")


# -- errands, feeds, cards ------------------------------------------------------------------------------------


def test_errands_that_nobody_runs_are_told(blog: Blog, at: At) -> None:
    blog.make_post("Post")
    at(NOW + timedelta(minutes=50))
    assert "more than an hour" not in seen(blog, "note", "bad")
    at(NOW + timedelta(minutes=90))
    assert "1 card to be drawn wait for more than an hour. Run `broadsheet serve`" in seen(blog, "note")
    configure("hubs", "https://hub.example.org/")
    publish.edit(query.find("post").id, Fields(title="Told to the hub"))
    at(NOW + timedelta(hours=4))
    assert "1 call to hubs are due for more than an hour: nobody makes them." in seen(blog)
    change(blog.instance, "UPDATE outbox SET done_at = '2026-01-01 00:00:00'")
    assert seen(blog) == "" and "more than an hour" not in seen(blog, "note")


def test_a_feed_with_faults_is_noted(blog: Blog) -> None:
    blog.make_post("Post")
    assert "The feeds are well formed, and tell the newest posts as they are." in seen(blog, "good")
    change(blog.instance, "UPDATE post SET feed_html = ''")
    found = seen(blog, "note")
    assert f"{SITE_URL}/feed.json has 1 fault: No text: “Post”." in found
    assert "`broadsheet feed check` says more." in found


def test_cards_that_are_missing_or_left_over_are_told_and_asked_for(blog: Blog, command: Command) -> None:
    assert "fonts" not in seen(blog, "good", "note")  # no card was ever drawn
    blog.make_post("Post", slug="post")
    assert command("tick").status == 0
    assert "fonts" in seen(blog, "good", "note")
    [card] = (blog.instance / "cards").glob("post-*")
    old = write(blog.instance, "cards/gone-0123456789abcdef.png", "x")
    card.unlink()
    found = seen(blog, "note")
    assert "1 card is not drawn yet" in found
    assert "1 card belongs to nothing that is public: gone-0123456789abcdef.png." in found
    assert "Asked for 1 card to be drawn: `serve` does it soon, or `broadsheet tick`." in mended(blog)
    assert mended(blog) == [] and old.exists()
    assert command("tick").status == 0 and card.exists()
    assert command("cards").status == 0 and not old.exists()


# -- mending, and the command -----------------------------------------------------------------------------------


def test_texts_of_older_code_are_rendered_anew(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    blog.make_post("Post", slug="post", body="A *word*.")
    change(blog.instance, "UPDATE post SET renderer = 0, html = 'old'")
    assert "1 text was rendered by older code." in seen(blog, "note")
    monkeypatch.setattr("blog.core.doctor.fix.QUICK_TEXTS", 0)
    assert mended(blog, thorough=False)[0].startswith("1 texts were left to the next `broadsheet serve`")
    assert mended(blog) == ["Rendered 1 text anew."]
    assert "<em>word</em>" in blog.get("/posts/post/").text and "older code" not in seen(blog, "note")


def test_everything_is_mended_at_once_and_told(blog: Blog, command: Command) -> None:
    blog.make_post("Post", tags=["Rivers"])
    library.add(picture(900, 600, "JPEG"), blog.instance / "media")
    change(blog.instance, "UPDATE tally SET posts = 9 WHERE scope = 'all' AND month = ''", "DROP TABLE search")
    (blog.instance / "secret_key").chmod(0o644)
    next((blog.instance / "media").glob("*.webp")).unlink()
    assert command("doctor").status == 1
    answer = command("doctor", "--fix", "--json")
    assert (answer.status, answer.data["well"]) == (0, True)
    assert answer.data["mended"] == [
        "Only its owner can read the secret key now (secret_key).",
        "Counted all posts anew (2 counts were wrong).",
        "Made the search index anew, of 1 post.",
        "Made the missing files of 1 picture again.",
    ]
    assert command("doctor", "--fix").out.startswith("fix   Nothing: ")
    change(blog.instance, "DROP TRIGGER public_post_update")
    assert "fix   Made triggers again: public_post_update.\n" in command("doctor", "--fix").out
    assert set(command("doctor", "--json").data) == {"well", "findings"}


@pytest.mark.parametrize(
    ("text", "told_of_it"),
    [
        (b"\xff\xfe\x00\x01", "config.toml is not UTF-8 text."),
        (b"port = ", "config.toml cannot be read as TOML"),
        (b"prot = 8000\nsite_url = 'https://mine.example'", "config.toml holds an unknown setting: prot."),
        (b"workers = 0\nport = 99999999", "workers in config.toml is '0', and cannot be used"),
    ],
)
def test_settings_that_cannot_be_read_are_findings(blog: Blog, command: Command, text: bytes, told_of_it: str) -> None:
    write(blog.instance, "config.toml", text)
    answer = command("doctor", "--json")
    assert answer.status == 1 and answer.err == ""
    [fault, *others] = [one["what"] for one in answer.data["findings"] if one["level"] == "bad"]
    assert told_of_it in fault and len(others) == text.count(b"port = 9")
    assert any("The database is whole" in one["what"] for one in answer.data["findings"])
    assert command("list").status == 1


def test_a_damaged_or_missing_key_is_a_finding_and_none_is_made(blog: Blog, command: Command) -> None:
    file = blog.instance / "secret_key"
    file.write_bytes(b"\xff")
    assert "is damaged. Remove the file to have a new one made" in command("doctor").out
    file.unlink()
    answer = command("doctor")
    assert answer.status == 0 and "the next start makes a new one, and everybody signs in again." in answer.out
    assert not file.exists()


def test_it_says_nothing_of_its_own_making(command: Command, blog: Blog) -> None:
    blog.make_post("Post", body="[x](/posts/lost/)")
    found: list[dict[str, Any]] = command("doctor", "--json").data["findings"]
    assert all(set(one) == {"level", "what", "remedy"} for one in found)
    assert all(one["remedy"] for one in found if one["level"] == "bad")
    assert all(one["what"].endswith((".", "x")) for one in found)
