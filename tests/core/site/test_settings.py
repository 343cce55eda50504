"""The site's own settings: what each may be, what is refused, how people and programs write it."""

import json

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from blog.core.errors import Invalid
from blog.core.site.settings import NETWORK_KEYS, SETTINGS, configure, format_setting, setting, site, zone
from blog.extensions import db
from blog.models import Site
from blog.models.site import DEFAULT_NETWORKS
from tests.world import Blog

GOOD: list[tuple[str, str, object, str]] = [
    ("title", "  Two   Rivers ", "Two Rivers", "Two Rivers"),
    ("tagline", "On neighbours", "On neighbours", "On neighbours"),
    ("tagline", "", "", ""),
    ("language", "pt_br", "pt-BR", "pt-BR"),
    ("timezone", " Europe/Berlin ", "Europe/Berlin", "Europe/Berlin"),
    ("accent", "#ABC", "#aabbcc", "#aabbcc"),
    ("accent", " #1f4e9B ", "#1f4e9b", "#1f4e9b"),
    ("author", "Ana <Lima>", "Ana <Lima>", "Ana <Lima>"),
    ("footer", "© Ana & Bo", "© Ana & Bo", "© Ana & Bo"),
    ("networks", "Mastodon, email;reddit email", ["mastodon", "email", "reddit"], "mastodon, email, reddit"),
    ("networks", "", [], ""),
    ("networks", '["bluesky", "x"]', ["bluesky", "x"], "bluesky, x"),
    ("networks", "[]", [], ""),
    ("follow", "", [], ""),
    (
        "follow",
        "My Mastodon https://mastodon.example/@me; Mail mailto:me@example.org",
        [
            {"name": "My Mastodon", "address": "https://mastodon.example/@me"},
            {"name": "Mail", "address": "mailto:me@example.org"},
        ],
        "My Mastodon https://mastodon.example/@me; Mail mailto:me@example.org",
    ),
    (
        "follow",
        '[{"name": "Me", "address": "https://me.example/"}]',
        [{"name": "Me", "address": "https://me.example/"}],
        "Me https://me.example/",
    ),
    (
        "follow",
        '[{"name": "Me", "address": "https://me.example/a;b"}]',
        [{"name": "Me", "address": "https://me.example/a;b"}],
        "",
    ),
    (
        "hubs",
        "https://a.example/hub, https://b.example/",
        ["https://a.example/hub", "https://b.example/"],
        "https://a.example/hub, https://b.example/",
    ),
    ("hubs", "", [], ""),
    ("logo", "", None, ""),
    ("logo_dark", " ", None, ""),
    ("typeface", " OldStyle ", "oldstyle", "oldstyle"),
    ("header_links", "About /about/", [{"name": "About", "address": "/about/"}], "About /about/"),
    (
        "footer_links",
        "Imprint /imprint/\nThe code https://code.example/?a=1; Mail mailto:me@example.org",
        [
            {"name": "Imprint", "address": "/imprint/"},
            {"name": "The code", "address": "https://code.example/?a=1"},
            {"name": "Mail", "address": "mailto:me@example.org"},
        ],
        "Imprint /imprint/; The code https://code.example/?a=1; Mail mailto:me@example.org",
    ),
    ("fediverse", "ana@mastodon.social", "@ana@mastodon.social", "@ana@mastodon.social"),
    ("atproto_did", " did:web:essays.example ", "did:web:essays.example", "did:web:essays.example"),
    ("security_contact", " Ana@Example.org ", "mailto:Ana@Example.org", "mailto:Ana@Example.org"),
    ("security_contact", "MAILTO:a+b@x.example", "mailto:a+b@x.example", "mailto:a+b@x.example"),
    ("security_contact", "https://x.example/tell/", "https://x.example/tell/", "https://x.example/tell/"),
    ("security_contact", "", "", ""),
    ("foreign_media", "on", True, "on"),
    ("foreign_media", "No", False, "off"),
]
BAD: list[tuple[str, str, str]] = [
    ("title", "", "The title cannot be empty."),
    ("title", " \x00 ", "The title cannot be empty."),
    ("title", "x" * 121, "The title has 121 characters; 120 are allowed."),
    ("tagline", "x" * 301, "The tagline has 301 characters; 300 are allowed."),
    ("language", "english", "“english” is not a language tag; it should look like en, hi or pt-BR."),
    ("language", "", "“” is not a language tag; it should look like en, hi or pt-BR."),
    ("timezone", "Berlin", "“Berlin” is not a time zone; it should look like Europe/Berlin or UTC."),
    (
        "timezone",
        "../../etc/passwd",
        "“../../etc/passwd” is not a time zone; it should look like Europe/Berlin or UTC.",
    ),
    ("timezone", "", "“” is not a time zone; it should look like Europe/Berlin or UTC."),
    ("accent", "red", "“red” is not a colour; it should look like #9b2d1f."),
    ("accent", "#12345", "“#12345” is not a colour; it should look like #9b2d1f."),
    ("accent", "#fff;}", "“#fff;}” is not a colour; it should look like #9b2d1f."),
    ("author", "", "The author cannot be empty."),
    ("footer", "x" * 501, "The footer has 501 characters; 500 are allowed."),
    ("networks", "x, myspace", f"There is no network “myspace”. Known: {', '.join(NETWORK_KEYS)}."),
    ("networks", '["x"', "The value of networks looks like JSON and cannot be read as it."),
    ("networks", "[1]", f"There is no network “1”. Known: {', '.join(NETWORK_KEYS)}."),
    (
        "follow",
        "https://me.example/",
        "“https://me.example/” should be a name and an address, like: Mastodon https://mastodon.social/@me",
    ),
    (
        "follow",
        "Me javascript:alert(1)",
        "“javascript:alert(1)” is not a whole address; it should start with https://.",
    ),
    ("follow", "Me mailto:me", "“mailto:me” is not a whole address; it should start with https://."),
    ("follow", '["x"]', "Each follow link should be an object with a name and an address."),
    ("follow", '[{"name": "Me"}]', "Each follow link should be an object with a name and an address."),
    (
        "follow",
        ";".join(f"Me{number} https://me.example/" for number in range(31)),
        "31 follow links were given; 30 are allowed.",
    ),
    ("follow", "Me /about/", "“/about/” is not a whole address; it should start with https://."),
    ("logo", "river.png", "“river.png” is no picture of the library; its address should look like /media/….png."),
    (
        "logo_dark",
        f"/media/{'0' * 24}.png",
        f"“/media/{'0' * 24}.png” is no picture of the library; its address should look like /media/….png.",
    ),
    ("typeface", "comic", "“comic” is not a typeface here. Known: serif, sans, oldstyle."),
    ("header_links", "/about/", "“/about/” should be a name and an address, like: About /about/"),
    ("header_links", "A //far.example/", "“//far.example/” is not a whole address; it should start with https://."),
    ("header_links", "A /\\far.example/", "“/\\far.example/” is not a whole address; it should start with https://."),
    ("footer_links", "A javascript:x", "“javascript:x” is not a whole address; it should start with https://."),
    ("footer_links", '[{"name": "Me"}]', "Each footer link should be an object with a name and an address."),
    ("fediverse", "ana", "“ana” is no account; one looks like @ana@mastodon.social."),
    ("atproto_did", "ana", "“ana” is no id; one looks like did:plc: and 24 letters and digits."),
    *(
        (
            "security_contact",
            told,
            f"“{told}” is no contact; one looks like security@example.org or https://example.org/contact/.",
        )
        for told in ("ana", "http://x.example/", "mailto:", "a b@x.example", "javascript:a@x.example", "a@x", "a?b@c.d")
    ),
    ("hubs", "a.example", "“a.example” is not a whole address; it should start with https://."),
    ("foreign_media", "perhaps", "“perhaps” should be on or off."),
]


def test_a_new_blog_has_the_settings_of_the_contract(app: Flask) -> None:
    row = site()
    assert (row.title, row.author, row.timezone, row.language) == ("Broadsheet", "Editor", "UTC", "en")
    assert (row.tagline, row.footer, row.follow, row.networks, row.foreign_media) == (
        "",
        "",
        [],
        DEFAULT_NETWORKS,
        False,
    )


@pytest.mark.parametrize(("name", "text", "value", "written"), GOOD)
def test_a_good_value_is_kept_and_shown(app: Flask, name: str, text: str, value: object, written: str) -> None:
    configure(name, text)
    db.session.expire_all()
    assert getattr(site(), name) == value
    if written or not value:
        assert format_setting(site(), name) == written


@pytest.mark.parametrize(("name", "text", "sentence"), BAD)
def test_a_bad_value_is_refused_and_the_old_one_kept(app: Flask, name: str, text: str, sentence: str) -> None:
    before = format_setting(site(), name)
    with pytest.raises(Invalid) as refusal:
        configure(name, text)
    assert (str(refusal.value), refusal.value.field) == (sentence, name)
    db.session.expire_all()
    assert format_setting(site(), name) == before


@pytest.mark.parametrize("name", SETTINGS)
def test_what_a_setting_shows_can_be_given_again(app: Flask, name: str) -> None:
    for other, given, _, written in GOOD:
        if other == name and written:
            configure(name, given)
            value = getattr(site(), name)
            configure(name, format_setting(site(), name))
            assert getattr(site(), name) == value


@pytest.mark.parametrize("name", ["follow", "networks"])
def test_programs_may_give_what_they_were_given(app: Flask, name: str) -> None:
    configure("follow", "Me https://me.example/")
    value = getattr(site(), name)
    configure(name, json.dumps(value))
    assert getattr(site(), name) == value


def test_an_unknown_setting_is_refused_by_name(app: Flask) -> None:
    with pytest.raises(Invalid, match=r"There is no site setting “colour”. Known: title, tagline, language"):
        setting("colour")
    with pytest.raises(Invalid, match="There is no site setting “public_version”"):
        configure("public_version", "9")


def test_every_setting_says_what_it_means(app: Flask) -> None:
    assert all(one.meaning for one in SETTINGS.values())
    assert {name for name, *_ in GOOD} == {name for name, *_ in BAD} == set(SETTINGS)


def test_the_zone_is_the_sites(app: Flask) -> None:
    configure("timezone", "Asia/Kolkata")
    assert zone().key == "Asia/Kolkata"


def test_foreign_pictures_appear_as_soon_as_the_owner_insists(blog: Blog) -> None:
    post = blog.make_post("A", body="![x](https://far.example/a.png)")
    configure("foreign_media", "on")
    assert "<img" in blog.again(post).html
    configure("foreign_media", "off")
    assert "<img" not in blog.again(post).html


def test_there_is_one_site_only(app: Flask) -> None:
    columns = ", ".join(column.name for column in Site.__table__.columns if column.name != "id")
    with pytest.raises(IntegrityError, match="one_site"), db.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO site (id, {columns}) SELECT 2, {columns} FROM site"))
