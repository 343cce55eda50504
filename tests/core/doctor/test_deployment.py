"""doctor --deploy: what is to be done before others read a blog, and nothing else."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from blog.config import Settings
from blog.core.doctor.run import before_going_public, examine
from blog.core.editor import publish
from blog.core.site.settings import configure
from blog.extensions import db
from blog.models import Post
from blog.transfer import samples
from tests.admin.conftest import join
from tests.core.doctor.findings import made, told
from tests.core.doctor.test_backups import NOW, backup
from tests.world import Blog, Result, run

Command = Callable[..., Result]
ROOT = "Commands run as root here"


@pytest.fixture
def ready(blog: Blog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A blog that may go public: with all that it needs."""
    monkeypatch.setenv("INVOCATION_ID", "as systemd says it")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for name, text in (("title", "Essays"), ("author", "Ana Beck"), ("tagline", "On rivers")):
        configure(name, text)
    configure("security_contact", "ana@example.org")
    join("ana@example.org", "Ana")
    backup(tmp_path / "backups", NOW)
    return replace(
        blog.app.extensions["settings"], trusted_proxies=1, workers=2, backups=tmp_path / "backups",
    )  # fmt: skip


def missing(settings: Settings, *levels: str) -> str:
    return told(before_going_public(settings), *levels)


def test_a_blog_that_is_ready_is_told_so(ready: Settings) -> None:
    assert missing(ready) == ""
    assert missing(ready, "note").count("\n") == 0  # but for the disk of the backups
    assert "Readers come to https://essays.example." in missing(ready, "good")


@pytest.mark.parametrize(
    ("changed", "level", "said"),
    [
        ({"site_url": "http://essays.example"}, "bad", "is not https: passwords, and what is read, can be seen"),
        ({"trusted_proxies": 0}, "bad", "yet no reverse proxy is trusted: all readers look like one"),
        ({"site_url": "http://a.example", "host": "0.0.0.0", "trusted_proxies": 0}, "bad", "with no proxy before it"),
        ({"host": "0.0.0.0"}, "note", "whoever reaches port 8000 past the proxy can claim to be anybody"),
        ({"workers": 1}, "note", "One process serves all readers. Set BLOG_WORKERS to 2 or more"),
        ({"backups": None}, "bad", "No backups are made by themselves. Set BLOG_BACKUPS to a folder on another disk."),
    ],
)  # fmt: skip
def test_each_setting_that_is_wrong_is_told(
    ready: Settings, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], level: str, said: str
) -> None:
    monkeypatch.setattr("blog.core.doctor.deployment.CONTAINER_FILES", ())
    assert said not in missing(ready, level)
    assert said in missing(replace(ready, **changed), level)


def test_an_address_that_was_never_set_is_told(ready: Settings) -> None:
    never = replace(ready, site_url="http://127.0.0.1:8000", sources={**ready.sources, "site_url": "default"})
    assert "which only this machine can open. Set BLOG_SITE_URL" in missing(never)


def test_what_nobody_chose_is_told_until_somebody_does(ready: Settings) -> None:
    for name, usual, level in (("title", "Broadsheet", "bad"), ("author", "Editor", "bad"), ("tagline", "", "note")):
        configure(name, usual)
        assert f"`broadsheet config {name} …`" in missing(ready, level)
        configure(name, "Chosen")
    configure("security_contact", "")
    assert "names nobody to tell of a weakness" in missing(ready, "note")
    configure("security_contact", "ana@example.org")
    assert missing(ready) == ""


def test_samples_are_told_until_they_are_removed_or_edited(ready: Settings, blog: Blog) -> None:
    samples.load(blog.instance / "media")
    assert "5 sample posts are still there: about, " in missing(ready)
    for post_id in db.session.scalars(select(Post.id).where(Post.slug != "about")).all():
        publish.delete(post_id)
    assert "1 sample post is still there: about." in missing(ready)
    samples.remove()
    assert missing(ready) == ""


def test_a_blog_without_an_account_is_told(ready: Settings, blog: Blog, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    new = made(tmp_path / "new")
    assert "Nobody has an account" in missing(new)
    assert run(new.instance, "user", "add", "a@b.example", "--name", "A", "--password-stdin", stdin="quiet rivers\n")
    assert "Nobody has an account" not in missing(new)


def test_whose_process_it_is_and_who_begins_it_again_is_told(ready: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert ROOT in missing(ready)
    monkeypatch.setattr("blog.core.doctor.deployment.CONTAINER_FILES", ())
    monkeypatch.delenv("INVOCATION_ID")
    assert missing(ready, "note").count("Nothing tells whether the server is started again") == 1
    monkeypatch.setattr("blog.core.doctor.deployment.CONTAINER_FILES", ("/",))
    assert "Nothing tells whether" not in missing(ready, "note")


def test_a_key_that_others_can_read_is_told(ready: Settings) -> None:
    (ready.instance / "secret_key").chmod(0o640)
    assert "Other users of this machine can read the secret key." in missing(ready)


def test_a_blog_that_does_not_exist_is_told_and_none_is_made(instance: Path, command: Command) -> None:
    answer = command("doctor", "--deploy")
    assert answer.status == 1 and "There is no blog that could be read yet." in answer.out
    assert list(instance.iterdir()) == []


def test_the_command_fails_as_long_as_something_must_be_done(blog: Blog, command: Command) -> None:
    answer = command("doctor", "--deploy", "--json")
    assert (answer.status, answer.data["well"]) == (1, False)
    assert all(one["remedy"] for one in answer.data["findings"] if one["level"] != "good")


def test_a_backup_that_can_be_restored_is_named_over_a_damaged_database(instance: Path) -> None:
    settings = made(instance)
    newest = backup(instance / "backups", NOW)
    for content in (b"", b"no database " * 500):
        for file in instance.glob("blog.db*"):
            file.unlink()
        (instance / "blog.db").write_bytes(content)
        found = told(examine(settings))
        assert "backup" in found and str(newest.parent) in found
