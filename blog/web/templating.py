"""What every template may use: the site, dates in its language and zone, whole addresses."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g
from jinja2 import StrictUndefined
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.local import LocalProxy

from blog import clock
from blog.config import Settings
from blog.core import editions
from blog.core.editions import Edition
from blog.core.site import FIRST_ROW
from blog.models import Site
from blog.web import delivery

T = TypeVar("T")
RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
RIGHT_TO_LEFT_SCRIPTS = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Syrc", "Thaa"}


def init_app(app: Flask, settings: Settings) -> None:
    """Give an app's templates their vocabulary."""
    app.jinja_env.undefined = StrictUndefined
    # For macros, which are loaded once and know no page's context; pages have the row itself, which is quicker.
    app.jinja_env.globals.update(site=LocalProxy(site), default_accent=FIRST_ROW["accent"])
    app.context_processor(lambda: {"site": site()})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(day)
    app.add_template_filter(iso)
    app.add_template_filter(rendered)
    app.add_template_filter(direction)
    app.config["SITE_URL"] = settings.site_url
    app.add_template_filter(absolute)


def edition() -> Edition:
    """The present edition of the site; asked for once a request. Dates this answer."""
    if "edition" not in g:
        g.edition = editions.edition()
        delivery.changed_at(g.edition.changed_at)
    return g.edition  # type: ignore[no-any-return]


def site() -> Site:
    """The site's row; a plain one when the database does not answer, so that even then a page can say so."""
    if "site" not in g:
        try:
            g.site = edition().site
        except SQLAlchemyError:
            without_database()
    return g.site  # type: ignore[no-any-return]


def without_database() -> None:
    """Do not ask the database again in this request: it does not answer."""
    g.setdefault("site", g.edition.site if "edition" in g else Site(**FIRST_ROW, changed_at=clock.now()))
    g.silent = True


def unless_silent(ask: Callable[[], list[T]]) -> list[T]:
    """What the database answers; nothing once it was found silent in this request."""
    if g.get("silent"):
        return []
    try:
        return ask()
    except SQLAlchemyError:
        without_database()
        return []


def zone() -> ZoneInfo:
    """The site's time zone."""
    return ZoneInfo(site().timezone)


def absolute(path: str) -> str:
    """The whole address of a path on this site; the site's own address is configuration, never the request's."""
    return str(current_app.config["SITE_URL"]) + path


def day(moment: datetime) -> str:
    """The date in words, in the site's language and zone."""
    shown = site()
    return _in_words(moment, shown.language, shown.timezone)


@lru_cache(maxsize=4096)
def _in_words(moment: datetime, language: str, zone_name: str) -> str:
    from babel.dates import format_date

    return format_date(moment.astimezone(ZoneInfo(zone_name)), "long", locale=_locale(language))


@lru_cache(maxsize=64)
def _locale(language: str) -> str:
    from babel import Locale, UnknownLocaleError

    for candidate in (language, language.partition("-")[0]):
        try:
            return str(Locale.parse(candidate, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"


def iso(moment: datetime) -> str:
    """The instant for machines (RFC 3339), in the site's zone, to the second."""
    return moment.astimezone(zone()).replace(microsecond=0).isoformat()


def direction(language: str) -> str:
    """The direction in which a language is written: ltr or rtl."""
    first, *rest = language.split("-")
    script = next((part for part in rest if len(part) == 4), None)
    return "rtl" if (script in RIGHT_TO_LEFT_SCRIPTS if script else first in RIGHT_TO_LEFT) else "ltr"


def rendered(html: str) -> Markup:
    """HTML that core.rendering made and cleaned when the post was saved: the one text templates do not escape."""
    return Markup(html)  # noqa: S704
