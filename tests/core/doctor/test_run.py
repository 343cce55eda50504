"""The doctor looks at a blog and says what to do."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from blog import config
from blog.core.site.settings import site
from blog.extensions import db
from blog.migrations import HEAD
from tests.core.doctor.findings import change, made, said
from tests.world import LONG_AGO, SITE_URL, Blog, Result, picture

Command = Callable[..., Result]


def test_a_well_blog_has_nothing_bad(instance: Path) -> None:
    settings = made(instance)
    assert said(settings, "bad", "note") == ""
    assert "The database is whole: 0 posts and pages" in said(settings, "good")
    assert SITE_URL in said(settings, "good")


def test_a_well_blog_is_well_while_it_runs(app: Flask) -> None:
    assert said(app.extensions["settings"]) == ""


def test_looking_changes_nothing(instance: Path) -> None:
    settings = made(instance)
    before = {file.name: file.read_bytes() for file in instance.iterdir() if file.is_file()}
    said(settings)
    after = {file.name: file.read_bytes() for file in instance.iterdir() if file.is_file()}
    assert {name: after.get(name) for name in before} == before


def test_an_address_that_nobody_else_can_open_is_noted(instance: Path) -> None:
    made(instance)
    assert "set BLOG_SITE_URL" in said(config.load(instance, environ={}), "note")


def test_https_without_a_trusted_proxy_is_noted(instance: Path) -> None:
    settings = replace(made(instance), trusted_proxies=0)
    assert "Set BLOG_TRUSTED_PROXIES=1" in said(settings, "note")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    settings = config.load(tmp_path, environ={}, site_url=SITE_URL)
    gone = tmp_path / "gone"
    told = said(replace(settings, instance=gone, database_url=f"sqlite:///{gone}/blog.db"))
    assert f"There is no instance folder {gone}." in told


def test_an_empty_folder_holds_no_blog_yet(instance: Path) -> None:
    settings = config.load(instance, environ={}, site_url=SITE_URL)
    assert said(settings) == ""
    assert "There is no blog here yet. `broadsheet serve` begins one." in said(settings, "note")
    assert not (instance / "blog.db").exists()


@pytest.mark.parametrize("trace", ["secret_key", "media"])
def test_a_database_gone_from_a_used_instance_is_told(instance: Path, trace: str) -> None:
    settings = made(instance)
    for file in instance.glob("blog.db*"):
        file.unlink()
    (instance / "media").mkdir(exist_ok=True)
    (instance / "media" / "a.png").write_bytes(picture())
    told = said(settings)
    assert "blog.db is missing" in told
    assert "There is no good backup in" in told
    assert trace in told


def test_an_empty_database_over_a_used_instance_is_told(instance: Path) -> None:
    settings = made(instance)
    for file in instance.glob("blog.db*"):
        file.unlink()
    (instance / "blog.db").touch()
    told = said(settings)
    assert told
    assert "backup" in told


def test_a_file_that_is_no_database_is_told(instance: Path) -> None:
    settings = made(instance)
    (instance / "blog.db").write_bytes(b"not a database " * 1000)
    told = said(settings)
    assert "cannot be read as a database" in told
    assert "backup in" in told


def test_a_damaged_page_is_told(instance: Path) -> None:
    settings = made(instance)
    file = instance / "blog.db"
    data = bytearray(file.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(data)
    told = said(settings)
    assert "damaged" in told or "cannot be read" in told
    assert "backup in" in told


def test_a_file_cut_off_is_told(instance: Path) -> None:
    settings = made(instance)
    file = instance / "blog.db"
    file.write_bytes(file.read_bytes()[:10_000])
    assert "backup in" in said(settings)


def test_a_newer_schema_is_told(instance: Path) -> None:
    settings = made(instance)
    change(instance, "UPDATE schema_version SET version_num = '9999'")
    assert said(settings) == f"bad: The database has schema 9999, this code {HEAD}. Install the newer Broadsheet."


def test_another_programs_database_is_told(instance: Path) -> None:
    settings = config.load(instance, environ={}, site_url=SITE_URL)
    change(instance, "CREATE TABLE recipes (id)")
    assert "The database holds no blog." in said(settings)


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM schema_version", "DROP TABLE post", "DROP TABLE site", "UPDATE schema_version SET version_num = 'x'"],
)
def test_a_database_with_something_torn_out_is_told(instance: Path, statement: str) -> None:
    settings = made(instance)
    change(instance, statement)
    assert said(settings) != ""


def test_a_missing_trigger_is_named(instance: Path) -> None:
    settings = made(instance)
    change(instance, "DROP TRIGGER public_post_update")
    assert "Triggers are missing: public_post_update. Any other command makes them again." in said(settings)
    made(instance)
    assert said(settings) == ""


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE tally SET posts = posts + 1 WHERE scope = 'all' AND month = ''",
        "DELETE FROM tally WHERE scope LIKE 'tag:%'",
        "INSERT INTO tally VALUES ('author:7', '2024-01', 3)",
        "UPDATE post_tag SET listed_at = NULL",
        "UPDATE post_tag SET listed_at = '2001-01-01 00:00:00.000000'",
    ],
)
def test_wrong_counts_are_told_and_mended(blog: Blog, command: Command, harm: str) -> None:
    blog.make_post("Post", tags=["Rivers"])
    assert said(blog.app.extensions["settings"]) == ""
    before = site().public_version, site().changed_at
    change(blog.instance, harm)
    assert "`broadsheet doctor --fix` counts anew." in said(blog.app.extensions["settings"])
    assert command("doctor").status == 1
    assert command("doctor", "--fix").status == 0
    db.session.rollback()
    assert site().public_version > before[0] and site().changed_at > before[1]


def test_a_blog_whose_counts_are_right_is_not_harmed_by_mending(blog: Blog, command: Command) -> None:
    blog.make_post("Post", tags=["Rivers"], published_at=LONG_AGO)
    tallied = text("SELECT * FROM tally WHERE posts ORDER BY 1, 2")
    before = db.session.execute(tallied).all()
    db.session.rollback()
    assert command("doctor", "--fix", "--json").data["well"]
    assert db.session.execute(tallied).all() == before


def test_there_is_nothing_to_mend_where_no_blog_is(instance: Path, command: Command) -> None:
    (instance / "media").mkdir()
    answer = command("doctor", "--fix")
    assert answer.status == 1 and "blog.db is missing" in answer.out
    assert not (instance / "blog.db").exists()


def test_references_that_lead_nowhere_are_counted(instance: Path) -> None:
    settings = made(instance)
    change(instance, "INSERT INTO post_tag (post_id, tag_id, position) VALUES (1, 1, 0)")
    assert "references in the database lead nowhere" in said(settings)


@pytest.mark.parametrize("name", ["a b", "100%25", "what?", "a#b", "é"])
def test_a_folder_of_any_name_is_looked_into(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    settings = made(tmp_path / name)
    assert said(settings) == ""
    assert (tmp_path / name / "blog.db").exists()


@pytest.mark.parametrize("harm", ["UPDATE schema_version SET version_num = '9999'", "DROP TRIGGER public_post_update"])
def test_the_command_fails_when_something_is_bad(instance: Path, command: Command, harm: str) -> None:
    made(instance)
    assert command("doctor").status == 0
    change(instance, harm)
    answer = command("doctor")
    assert answer.status != 0
    assert "Traceback" not in answer.out + answer.err
