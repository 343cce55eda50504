"""What the doctor says of backups."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.posts import query
from blog.transfer import samples
from tests.core.doctor.findings import said, seen
from tests.world import Blog, write

At = Callable[[datetime], None]
NOW = datetime.now(UTC).replace(microsecond=0)


def backup(folder: Path, made_at: datetime, reason: str = "daily", size: int = 2_000_000) -> Path:
    """What looks like a backup from outside."""
    return write(folder, f"broadsheet-{reason}-{made_at:%Y%m%dT%H%M%SZ}.zip", b"x" * size)


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
    backup(blog.instance / "backups", datetime.now(UTC) + timedelta(minutes=1))  # NOW may be many minutes ago
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
