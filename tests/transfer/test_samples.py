"""The samples: what a new blog begins with, and how they go."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blog import config
from blog.commands import open_app
from blog.transfer import samples
from tests.transfer.library import everything, rows
from tests.world import SITE_URL, Blog, Result, texts

Command = Callable[..., Result]
ARTICLES = ["diplomatic-relations", "reading-by-rss", "sharing-without-being-followed", "writing-in-markdown"]


@pytest.fixture
def loaded(started_blog: Path, instance: Path) -> Iterator[Blog]:
    """A new blog with its samples."""
    shutil.copytree(started_blog, instance, dirs_exist_ok=True)
    with open_app(config.load(instance, environ={}, site_url=SITE_URL)) as app:
        yield Blog(app, instance)


def test_a_new_blog_begins_with_four_articles_and_a_page(blog: Blog, command: Command) -> None:
    assert samples.load(blog.instance / "media") == 5
    posts = command("list", "--status", "published", "--json").data["posts"]
    assert sorted(post["slug"] for post in posts) == sorted([*ARTICLES, "about"])
    assert texts(blog.read("/posts/diplomatic-relations/"), "//h1") == ["Diplomatic Relations"]
    assert texts(blog.read("/about/"), "//h1") == ["About"]


def test_samples_have_fixed_ids(loaded: Blog, command: Command) -> None:
    assert {post["guid"] for post in command("list", "--json").data["posts"]} == samples.GUIDS


def test_every_picture_of_a_sample_is_served(loaded: Blog) -> None:
    sources = {source for slug in ARTICLES for source in loaded.read(f"/posts/{slug}/").xpath("//article//img/@src")}
    assert sources
    for source in sources:
        with loaded.get(source) as response:
            assert response.status_code == 200, source


def test_samples_are_loaded_once(loaded: Blog, instance: Path) -> None:
    before = everything(instance)
    assert samples.load(instance / "media") == 0
    assert everything(instance) == before


def test_samples_are_not_loaded_over_a_draft(blog: Blog, instance: Path) -> None:
    blog.make_post("Mine", published_at=None)
    assert samples.load(instance / "media") == 0
    assert rows(instance, "SELECT title FROM post") == [("Mine",)]


def test_samples_do_not_come_back_once_removed(loaded: Blog, command: Command, instance: Path) -> None:
    command("samples", "remove")
    assert samples.load(instance / "media") == 0
    assert rows(instance, "SELECT count(*) FROM post") == [(0,)]


def test_removed_samples_answer_410(loaded: Blog, command: Command) -> None:
    result = command("samples", "remove")
    assert (result.status, result.out) == (0, "5 samples removed.\n")
    for address in ["/about/", *(f"/posts/{slug}/" for slug in ARTICLES)]:
        loaded.read(address, 410)
    assert loaded.feed().findall("channel/item") == []


def test_a_sample_that_was_edited_stays_and_is_named(loaded: Blog, command: Command) -> None:
    command("edit", "about", "--title", "About me")
    result = command("samples", "remove")
    assert result.out == "4 samples removed.\nKept, because it was edited here: about\n"
    assert texts(loaded.read("/about/"), "//h1") == ["About me"]


def test_a_sample_deleted_before_is_removed_and_stays_gone(loaded: Blog, command: Command, instance: Path) -> None:
    command("delete", "about")
    assert command("samples", "remove").out == "5 samples removed.\n"
    loaded.read("/about/", 410)
    assert rows(instance, "SELECT count(*) FROM post") == [(0,)]


def test_removing_twice_does_no_harm(loaded: Blog, command: Command, instance: Path) -> None:
    command("samples", "remove")
    before = everything(instance)
    result = command("samples", "remove", "--json")
    assert (result.status, result.data) == (0, {"removed": [], "kept": []})
    assert everything(instance) == before


def test_removing_samples_takes_nothing_else(loaded: Blog, command: Command) -> None:
    loaded.make_post("Mine", tags=["Diplomacy"])
    command("samples", "remove")
    assert [post["title"] for post in command("list", "--json").data["posts"]] == ["Mine"]
    assert texts(loaded.read("/tags/"), "//main//li//a") == ["Diplomacy"]


def test_a_removed_samples_address_may_be_used_again(loaded: Blog, command: Command) -> None:
    command("samples", "remove")
    assert command("new", "About", "--slug", "about", "--page", "--publish").status == 0
    assert texts(loaded.read("/about/"), "//h1") == ["About"]


def test_an_empty_blog_has_no_samples_to_remove(command: Command, app: object) -> None:
    assert command("samples", "remove").out == "0 samples removed.\n"
