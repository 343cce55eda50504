"""What every template may use: the site, dates in its language and zone, whole addresses."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g
from jinja2 import StrictUndefined
from jinja2.runtime import Macro
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.local import LocalProxy

from blog import clock
from blog.config import Settings
from blog.core import editions, markup
from blog.core.editions import Edition
from blog.core.site import FIRST_ROW
from blog.core.teasers import Teaser
from blog.models import Site
from blog.models.shapes import Picture
from blog.web import delivery, languages

T = TypeVar("T")
# Each is called by the name of its file: a template need not import it, which takes Jinja longer than to fill it in.
MACROS = ("icons", "parts", "lists", "social", "forms", "writing", "looks")


def init_app(app: Flask, settings: Settings) -> None:
    """Give an app's templates their vocabulary."""
    app.jinja_env.undefined = StrictUndefined
    # For macros, which are loaded once and know no page's context; pages have the row itself, which is quicker.
    app.jinja_env.globals.update(site=LocalProxy(site), default_accent=FIRST_ROW["accent"])
    app.context_processor(lambda: {"site": site()})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(rendered)
    app.add_template_filter(languages.direction)
    app.add_template_global(cover_markup)
    app.add_template_global(date)
    app.add_template_global(moment)
    app.add_template_global(spoken)
    app.add_template_global(Once(), "once")
    app.config["SITE_URL"] = settings.site_url
    app.add_template_filter(absolute)


def load_macros(app: Flask) -> None:
    """Give every template the macros, once all that they use is there."""
    for name in MACROS:
        app.jinja_env.globals[name] = app.jinja_env.get_template(f"macros/{name}.html").module


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


def rendered(html: str) -> Markup:
    """HTML that core.rendering made and cleaned when the post was saved: the one text templates do not escape."""
    return Markup(html)  # noqa: S704


def cover_markup(cover: Picture) -> Markup:
    """The markup of a cover picture: its files to choose from, loaded before all others."""
    attributes = {"src": cover["src"], "class": "u-featured"}
    return Markup(markup.picture(attributes, markup.plate_of(cover), first=True))  # noqa: S704


def date(moment: datetime, mark: str = "") -> Markup:
    """The date as people and machines read it, in the site's language and zone; `mark` is its class."""
    shown = site()
    return languages.date(moment, mark, shown.language, shown.timezone)


def moment(of: datetime) -> Markup:
    """The date and the time of day, in the site's language and zone."""
    shown = site()
    return languages.moment(of, shown.language, shown.timezone)


def spoken(post: Teaser) -> Markup:
    """The attributes of an element that shows a post's words: their language and direction."""
    return languages.spoken(post.language, site().language)


class Once:
    """What a macro without parameters makes of the site: said again until the site changes."""

    def __init__(self) -> None:
        self._said: tuple[Edition | None, dict[str, Markup]] = (None, {})

    def __call__(self, macro: Macro) -> Markup:
        """What the macro says now; macros are told apart by their names."""
        if g.get("silent"):
            return Markup(macro())  # noqa: S704
        now, (of, said) = edition(), self._said
        if of is not now:
            said = {}
            self._said = now, said
        if macro.name not in said:
            said[macro.name] = Markup(macro())  # noqa: S704
        return said[macro.name]
