"""The site's settings in one form: saved together or not at all."""

from typing import Any

import pytest

from blog.core.site.settings import SETTINGS, configure
from blog.models import Site
from tests.admin.conftest import Author, Visitor, alerts, notices, rows
from tests.admin.ladder import fields, no_forgery, no_stranger
from tests.world import Blog, texts, words

PATH = "/admin/settings/"


def site() -> Site:
    """The settings as the database has them now."""
    return rows(Site)[0]


def form(author: Author, **changed: str | None) -> dict[str, Any]:
    """What the form says, with changes; None leaves a field out."""
    said = fields(author.get(PATH)) | changed
    if "foreign_media" not in changed:
        del said["foreign_media"]
    del said["csrf_token"]
    return said


def test_it_has_every_setting_and_says_what_it_is_for(author: Author) -> None:
    page = author.page(PATH)
    for name in SETTINGS:
        [field] = page.xpath(f"//*[@id = '{name}']")
        assert field.get("name") == name
        assert words(page.get_element_by_id(field.get("aria-describedby"))), name
        assert page.xpath(f"//label[@for = '{name}']"), name


def test_it_saves_all_that_was_changed(author: Author) -> None:
    changed = {"title": "Two Rivers", "timezone": "Asia/Kolkata", "accent": "#1f4f73", "networks": "email, x",
               "follow": "Mastodon https://mastodon.social/@ana\r\nGit Hub https://github.com/ana\r\n",
               "language": "pt-BR", "hubs": "https://hub.example/", "foreign_media": "on", "typeface": "sans",
               "header_links": "Essays /archive/\r\nAbout me /about/", "footer_links": "Imprint /imprint/"}  # fmt: skip
    answer = author.post(PATH, **form(author, **changed))
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    row = site()
    assert (row.title, row.timezone, row.accent, row.networks) == (
        "Two Rivers",
        "Asia/Kolkata",
        "#1f4f73",
        ["email", "x"],
    )
    assert [link["name"] for link in row.follow] == ["Mastodon", "Git Hub"]
    assert row.hubs == ["https://hub.example/"] and row.foreign_media and row.typeface == "sans"
    assert [link["address"] for link in row.header_links + row.footer_links] == ["/archive/", "/about/", "/imprint/"]
    page = author.page(PATH)
    assert notices(page) == ["The settings are saved."]
    assert "GitHub" not in words(page) and "Git Hub" in words(page)


def test_a_box_that_is_not_checked_switches_off(author: Author) -> None:
    configure("foreign_media", "on")
    author.post(PATH, **form(author))
    assert site().foreign_media is False


def test_what_stays_as_it_is_moves_nothing(author: Author) -> None:
    configure("follow", '[{"name": "A; B", "address": "https://me.example/a;b"}]')
    before = site().public_version
    author.post(PATH, **form(author))
    assert notices(author.page(PATH)) == ["Nothing was changed."]
    assert site().public_version == before
    without = {name: text for name, text in form(author).items() if not name.startswith("was-") and name != "follow"}
    author.post(PATH, **without)
    assert site().public_version == before


def test_nobody_elses_change_is_undone(author: Author) -> None:
    opened = form(author, tagline="On neighbours")
    configure("title", "Changed meanwhile")
    author.post(PATH, **opened)
    assert (site().title, site().tagline) == ("Changed meanwhile", "On neighbours")


def test_bad_input_keeps_every_word_and_changes_nothing(author: Author) -> None:
    bad = {"title": " ", "timezone": "Mars/Base", "accent": "reddish", "networks": "x, friendster",
           "follow": "Mastodon", "language": "?", "hubs": "hub", "fediverse": "ana", "atproto_did": "did",
           "security_contact": "ana",
           "logo": "/media/x.png", "header_links": "About", "tagline": "Kept <b>"}  # fmt: skip
    answer = author.post(PATH, **form(author, **bad))
    assert answer.status_code == 422
    assert len(alerts(answer)) == 12
    assert {name: fields(answer)[name] for name in bad} == bad
    assert site().title == "Broadsheet" and site().tagline == ""
    author.post(PATH, **form(author, tagline="Now good"))
    assert site().tagline == "Now good"


def test_previews_show_what_was_typed_where_it_can_be_used(author: Author) -> None:
    answer = author.post(PATH, **form(author, accent="#eeee00", networks="sms", timezone="Asia/Kolkata", title=""))
    assert answer.status_code == 422
    assert "/static/css/reader-eeee00-serif." in answer.text and "it is made darker" in answer.text
    assert "SMS" in answer.text and "Facebook</span>" not in answer.text
    assert "In Asia/Kolkata it is" in answer.text and "+05:30" in answer.text


def test_share_and_follow_links_are_shown_as_readers_see_them(author: Author) -> None:
    configure("networks", "hackernews, email")
    configure("follow", "Mastodon https://mastodon.social/@ana")
    page = author.page(PATH)
    assert texts(page, "//ul[@class = 'networks']/li") == ["Hacker News", "e-mail", "RSS", "Mastodon"]
    configure("networks", "")
    assert "No share links are shown." in words(author.page(PATH))


def test_it_says_how_well_the_colour_stands_out(author: Author) -> None:
    assert "it stands out 7.2 : 1" in words(author.page(PATH))


def test_readers_see_the_change_at_once(author: Author, blog: Blog) -> None:
    blog.get("/")
    author.post(PATH, **form(author, title="Two Rivers"))
    assert "Two Rivers" in blog.get("/").text


def test_it_is_for_authors(author: Author, visitor: Visitor) -> None:
    no_stranger(visitor, PATH, title="Mine now")
    no_forgery(author, PATH, title="Mine now")
    assert site().title == "Broadsheet"
    assert author.open(PATH, "PUT").status_code == 405


@pytest.mark.parametrize("token", [None, "wrong"])
def test_a_form_that_was_open_for_long_keeps_its_words(author: Author, token: str | None) -> None:
    answer = author.post(PATH, **form(author, tagline="Kept"), csrf_token=token)
    assert (answer.status_code, fields(answer)["tagline"]) == (400, "Kept")


def test_what_was_typed_waits_at_the_door(visitor: Visitor, author: Author) -> None:
    said = form(author, tagline="Kept")
    answer = visitor.post(PATH, form="/admin/sign-in/", **said)
    waiting = fields(answer)
    assert waiting["kept-tagline"] == "Kept"
    kept = {name: text for name, text in waiting.items() if name.startswith("kept-")}
    again = visitor.sign_in(next=PATH, **kept)
    assert fields(again)["tagline"] == "Kept" and site().tagline == ""
