"""config: the site's settings shown and changed, the machine's with their source."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.transfer.library import everything
from tests.world import SITE_URL, Blog, Result, texts, words, write

Command = Callable[..., Result]


def test_a_new_blog_has_its_first_settings(command: Command, app: object) -> None:
    site = command("config", "--json").data["site"]
    assert (site["title"], site["author"], site["timezone"], site["language"]) == ("Broadsheet", "Editor", "UTC", "en")


def test_all_settings_are_shown_with_their_meaning_and_source(command: Command, app: object, instance: Path) -> None:
    write(instance, "config.toml", "workers = 3\n")
    out = command("config", env={"BLOG_TRUSTED_PROXIES": "1"}).out
    for said in (
        "title",
        "Broadsheet",
        str(instance),
        SITE_URL,
        "from BLOG_SITE_URL",
        "from config.toml",
        "from BLOG_TRUSTED_PROXIES",
        "from default",
    ):
        assert said in out, said


def test_programs_get_values_and_sources(command: Command, app: object, instance: Path) -> None:
    write(instance, "config.toml", "workers = 3\n")
    data = command("config", "--json").data
    assert data["machine"]["workers"] == {"value": 3, "source": "config.toml"}
    assert data["machine"]["site_url"] == {"value": SITE_URL, "source": "BLOG_SITE_URL"}
    assert data["machine"]["port"] == {"value": 8000, "source": "default"}
    assert data["instance"] == str(instance)


def test_the_secret_key_is_never_shown(command: Command, app: object, instance: Path) -> None:
    secret = (instance / "secret_key").read_text().strip()
    outputs = [command("config").out, command("config", "--json").out, command("config", "secret_key").out]
    assert not [out for out in outputs if secret in out]
    assert outputs[2] == "(kept secret)\n"


def test_a_changed_title_stands_on_every_page(command: Command, blog: Blog) -> None:
    result = command("config", "title", "  Two   Rivers ")
    assert (result.status, result.out) == (0, "title = Two Rivers\n")
    assert command("config", "title").out == "Two Rivers\n"
    assert "Two Rivers" in words(blog.read("/").xpath("//header")[0])
    assert blog.feed().findtext("channel/title") == "Two Rivers"


def test_networks_are_shown_in_the_order_given(command: Command, blog: Blog) -> None:
    blog.make_post("Rivers")
    assert command("config", "networks", "email, bluesky", "--json").data == {
        "key": "networks",
        "value": ["email", "bluesky"],
    }
    names = texts(blog.read("/posts/rivers/"), "//a[contains(@href, 'bsky.app/intent') or contains(@href, 'mailto:')]")
    assert len(names) == 2 and "mail" in names[0].lower()


@pytest.mark.parametrize(
    "written",
    [
        "Mastodon https://m.example/@ana; Mail mailto:a@b.example",
        '[{"name": "Mastodon", "address": "https://m.example/@ana"}]',
    ],
)
def test_follow_links_are_written_by_people_or_programs(command: Command, blog: Blog, written: str) -> None:
    blog.make_post("Rivers")
    assert command("config", "follow", written).status == 0
    (link,) = blog.read("/posts/rivers/").xpath("//main//a[@href='https://m.example/@ana']")
    assert "me" in link.get("rel").split()


def test_what_config_shows_it_takes_again(command: Command, app: object, instance: Path) -> None:
    command("config", "follow", "Mastodon https://m.example/@ana; Mail mailto:a@b.example")
    before = everything(instance)
    for key in command("config", "--json").data["site"]:
        assert command("config", key, command("config", key).out.rstrip("\n")).status == 0, key
    assert everything(instance) == before


@pytest.mark.parametrize("key", ["tagline", "footer", "follow", "networks"])
def test_a_setting_may_be_emptied(command: Command, app: object, key: str) -> None:
    assert command("config", key, "").status == 0
    assert command("config", key, "--json").data["value"] in ("", [])


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("title", " ", "The title cannot be empty"),
        ("title", "x" * 121, "The title has 121 characters; 120 are allowed"),
        ("timezone", "Mars/Base", "“Mars/Base” is not a time zone"),
        ("timezone", "../../etc/passwd", "is not a time zone"),
        ("language", "klingonese!", "is not a language tag"),
        ("accent", "reddish", "“reddish” is not a colour"),
        ("accent", "#12345", "is not a colour"),
        ("networks", "x, myspace", "There is no network “myspace”. Known: x, facebook"),
        ("networks", '["x"', "looks like JSON"),
        ("follow", "https://m.example/@ana", "should be a name and an address"),
        ("follow", "Mastodon javascript:alert(1)", "is not a whole address"),
        ("follow", '[{"name": "M"}]', "object with a name and an address"),
        ("follow", '["M"]', "object with a name and an address"),
        ("foreign_media", "perhaps", "should be on or off"),
        ("colour", "red", "There is no site setting “colour”. Known: title, tagline"),
        ("public_version", "1", "There is no site setting “public_version”"),
        ("workers", "2", "workers is a machine setting: set BLOG_WORKERS"),
        ("secret_key", "x" * 40, "secret_key is a machine setting: set BLOG_SECRET_KEY"),
        ("site_url", "https://a.example", "site_url is a machine setting: set BLOG_SITE_URL"),
    ],
)
def test_nonsense_is_one_sentence_and_changes_nothing(
    command: Command, app: object, instance: Path, key: str, value: str, said: str
) -> None:
    before = everything(instance)
    result = command("config", key, value)
    assert (result.status, result.out) == (1, "")
    assert said in result.err and result.err.count("\n") == 1
    assert everything(instance) == before


def test_an_unknown_setting_cannot_be_shown(command: Command, app: object) -> None:
    result = command("config", "colour")
    assert result.status == 1 and "There is no site setting “colour”" in result.err


def test_a_machine_setting_can_be_shown_alone(command: Command, app: object) -> None:
    assert command("config", "site_url").out == f"{SITE_URL}\n"
    assert command("config", "port", "--json").data == {"key": "port", "value": 8000}


def test_a_port_in_the_environment_is_told_with_its_source(command: Command, app: object) -> None:
    assert command("config", "--json", env={"PORT": "8123"}).data["machine"]["port"] == {
        "value": 8123,
        "source": "PORT",
    }
    assert os.environ.get("PORT") is None
