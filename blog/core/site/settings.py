"""The site's settings: parse and format their values, read and change them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select, text, update

from blog.core.db.transaction import write_transaction
from blog.core.editor.publish import rerender_outdated
from blog.core.errors import Invalid, InvalidFields
from blog.core.images import html, storage, variants
from blog.core.site.link_lists import format_links, link_parser, parse_json_list
from blog.core.text import validate
from blog.extensions import db
from blog.hostnames import ascii_name
from blog.models import Picture, Post, Site
from blog.models.triggers import BUMP_VERSION

# The networks that have share links; blog.social.share builds the links.
NETWORK_KEYS = (
    "x facebook linkedin bluesky mastodon threads reddit hackernews whatsapp telegram email"
    " pinterest tumblr line vk weibo instapaper sms"
).split()
MAX_HUBS = 5
# static/css/reader.css names the fonts of each.
TYPEFACES = ("serif", "sans", "oldstyle")


@dataclass(frozen=True)
class SiteSetting:
    """One setting: `parse` turns text into a value or raises Invalid, `format` turns the value into text."""

    meaning: str
    parse: Callable[[str], Any]
    format: Callable[[Any], str] = str


def _quote(text: str, limit: int = 40) -> str:
    return f"“{validate.one_line(text)[:limit]}”"


def _line(field: str, limit: int, required: bool = False) -> Callable[[str], str]:
    def parse(text: str) -> str:
        value = validate.check_length(validate.one_line(text), field, f"The {field}", limit)
        if required and not value:
            raise Invalid(field, f"The {field} cannot be empty.")
        return value

    return parse


@cache
def timezones() -> list[str]:
    return sorted(available_timezones())


def _timezone(text: str) -> str:
    value = text.strip()
    if value not in timezones():
        raise Invalid("timezone", f"{_quote(text)} is not a time zone; it should look like Europe/Berlin or UTC.")
    return value


def _accent(text: str) -> str:
    value = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        value = "#" + "".join(digit * 2 for digit in value[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", value):
        raise Invalid("accent", f"{_quote(text)} is not a colour; it should look like #9b2d1f.")
    return value


def _networks(text: str) -> list[str]:
    values = parse_json_list("networks", text)
    if values is None:
        values = re.split(r"[\s,;]+", text.strip().lower())
    names = [str(name) for name in values if name]
    for name in names:
        if name not in NETWORK_KEYS:
            raise Invalid("networks", f"There is no network {_quote(name)}. Known: {', '.join(NETWORK_KEYS)}.")
    return list(dict.fromkeys(names))


def _hubs(text: str) -> list[str]:
    values = parse_json_list("hubs", text)
    if values is None:
        values = re.split(r"[\s,;]+", text.strip())
    hubs = list(dict.fromkeys(validate.http_url(str(hub), "hubs") for hub in values if hub))
    if len(hubs) > MAX_HUBS:
        raise Invalid("hubs", f"{len(hubs)} hubs were given; {MAX_HUBS} are allowed.")
    return hubs


def _fediverse(text: str) -> str:
    account = re.fullmatch(r"@?([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_])?)@([^@\s/:]+)", text.strip())
    if not text.strip():
        return ""
    try:
        host = ascii_name(account[2].lower()) if account else ""
    except ValueError:
        host = ""
    if not account or "." not in host:
        raise Invalid("fediverse", f"{_quote(text, 60)} is no account; one looks like @ana@mastodon.social.")
    return f"@{account[1]}@{host}"


def _did(text: str) -> str:
    value = text.strip()
    if value and not re.fullmatch(r"did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.-]{3,253})", value):
        raise Invalid("atproto_did", f"{_quote(text, 60)} is no id; one looks like did:plc: and 24 letters and digits.")
    return value


def _typeface(text: str) -> str:
    value = text.strip().lower()
    if value not in TYPEFACES:
        raise Invalid("typeface", f"{_quote(text)} is not a typeface here. Known: {', '.join(TYPEFACES)}.")
    return value


def _logo(field: str) -> Callable[[str], Picture | None]:
    def parse(text: str) -> Picture | None:
        value = validate.one_line(text)
        image = next(iter(storage.image_files_in(value).values()), None) if variants.STORED_URL.search(value) else None
        if value and image is None:
            raise Invalid(
                field, f"{_quote(value, 60)} is no picture of the library; its address should look like /media/….png."
            )
        return html.picture_entry(image.address, "", image) if image else None

    return parse


def _on_or_off(text: str) -> bool:
    value = text.strip().lower()
    if value not in ("on", "off", "yes", "no", "true", "false", "1", "0"):
        raise Invalid("foreign_media", f"{_quote(text)} should be on or off.")
    return value in ("on", "yes", "true", "1")


def _address(picture: Picture | None) -> str:
    return picture["src"] if picture else ""


parse_follow = link_parser("follow", "follow link", "Mastodon https://mastodon.social/@me")
parse_header_links = link_parser("header_links", "header link", "About /about/", paths=True)
parse_footer_links = link_parser("footer_links", "footer link", "Imprint /imprint/", paths=True)
SETTINGS: Mapping[str, SiteSetting] = {
    "title": SiteSetting("the blog's name", _line("title", 120, required=True)),
    "tagline": SiteSetting("a line under the name", _line("tagline", 300)),
    "language": SiteSetting("language of texts that name no other, like en or pt-BR", validate.language),
    "timezone": SiteSetting("time zone of dates, like Europe/Berlin", _timezone),
    "accent": SiteSetting("the one colour, like #9b2d1f", _accent),
    "author": SiteSetting("who signs texts that name nobody else", _line("author", 120, required=True)),
    "footer": SiteSetting("a line at the foot of each page", _line("footer", 500)),
    "logo": SiteSetting("a picture of the library in the place of the name", _logo("logo"), _address),
    "logo_dark": SiteSetting("the same for dark paper, if it should be another", _logo("logo_dark"), _address),
    "typeface": SiteSetting(f"of all texts: {', '.join(TYPEFACES)}", _typeface),
    "header_links": SiteSetting(
        "the menu: “Name address”, separated by semicolons; if empty, the blog’s own", parse_header_links, format_links
    ),
    "footer_links": SiteSetting(
        "links at the foot of each page, likewise; if empty, the blog’s own", parse_footer_links, format_links
    ),
    "follow": SiteSetting(
        "where to follow the author: “Name address”, separated by semicolons", parse_follow, format_links
    ),
    "networks": SiteSetting("share links shown, in order", _networks, ", ".join),
    "hubs": SiteSetting("WebSub hubs that are told of new posts at once", _hubs, ", ".join),
    "fediverse": SiteSetting("the author's account, like @ana@mastodon.social", _fediverse),
    "atproto_did": SiteSetting("the author's Bluesky id, so that this domain can be their name there", _did),
    "security_contact": SiteSetting(
        "whom to tell of a weakness of this site: an e-mail or https address, for security.txt", validate.contact_url
    ),
    "foreign_media": SiteSetting(
        "show pictures that lie on other sites (on or off)", _on_or_off, lambda value: "on" if value else "off"
    ),
}


def site() -> Site:
    return db.session.scalars(select(Site)).one()


def zone() -> ZoneInfo:
    return ZoneInfo(site().timezone)


def ping_database() -> None:
    """Raise an SQLAlchemyError if the database does not answer."""
    db.session.execute(select(Site.id))


def record_build(build: str) -> None:
    """Record the code and the address that pages are made with from now on.

    If `build` is new, readers may see changes although no post changed: advance the public version and the date of
    all pages.
    """
    if site().made_by != build:
        with write_transaction() as session:
            session.execute(update(Site).values(made_by=build))
            session.execute(text(BUMP_VERSION))


def setting(name: str) -> SiteSetting:
    """Return a setting by its name. Raise Invalid if there is none."""
    if name not in SETTINGS:
        raise Invalid("key", f"There is no site setting {_quote(name)}. Known: {', '.join(SETTINGS)}.")
    return SETTINGS[name]


def format_setting(site: Site, name: str) -> str:
    return setting(name).format(getattr(site, name))


def configure(name: str, text: str) -> Site:
    """Change one setting and render posts again if it changes their HTML. Raise Invalid."""
    return _store({name: setting(name).parse(text)})


def configure_all(texts: Mapping[str, str]) -> Site:
    """Change several settings, all or none. Raise InvalidFields with all errors."""
    values, errors = parse_settings(texts)
    if errors:
        raise InvalidFields(errors)
    return _store(values)


def parse_settings(texts: Mapping[str, str]) -> tuple[dict[str, Any], list[Invalid]]:
    """Return the values of the valid texts by name, and the errors of the others."""
    values: dict[str, Any] = {}
    errors: list[Invalid] = []
    for name, value_text in texts.items():
        try:
            values[name] = setting(name).parse(value_text)
        except Invalid as error:
            errors.append(error)
    return values, errors


def _store(new_values: Mapping[str, Any]) -> Site:
    """Write only the values that differ: an equal one must not advance the public version."""
    with write_transaction() as session:
        row = session.scalars(select(Site)).one()
        changed = {name: value for name, value in new_values.items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        rerender = "foreign_media" in changed
        if rerender:  # marked in the same transaction: if rendering is interrupted, the next start finishes it
            session.execute(update(Post).values(renderer=0))
    if rerender:
        rerender_outdated()
    return row
