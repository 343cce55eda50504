"""What every template may use: the site, dates in its language and zone, whole addresses."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g
from jinja2 import StrictUndefined
from jinja2.runtime import Macro
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.local import LocalProxy

from blog import clock
from blog.config import Settings
from blog.core.images.html import image_file_of, picture_html
from blog.core.posts.summaries import PostSummary
from blog.core.site import context
from blog.core.site.context import SiteContext
from blog.models import Site
from blog.models.json_types import Picture
from blog.models.site import DEFAULTS
from blog.web import localize, responses
from blog.web.theme import stylesheets
from blog.web.theme.owner_files import Theme

T = TypeVar("T")


def init_app(app: Flask, settings: Settings, theme: Theme) -> None:
    """Give an app's templates their vocabulary."""
    app.jinja_env.undefined = StrictUndefined
    # For macros, which are loaded once and know no page's context; pages have the row itself, which is quicker.
    app.jinja_env.globals.update(site=LocalProxy(site))
    app.context_processor(lambda: {"site": site()})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(saved_html, "rendered")
    app.add_template_filter(localize.direction)
    app.add_template_global(cover_markup)
    app.add_template_global(date)
    app.add_template_global(date_and_time, "moment")
    app.add_template_global(language_attributes, "spoken")
    app.add_template_global(MacroCache(theme), "once")
    app.add_template_global(partial(_stylesheet, theme), "stylesheet")
    app.config["SITE_URL"] = settings.site_url
    app.add_template_filter(absolute_url, "absolute")
    app.add_template_global(cached_url_for(app), "url_for")


def site_context() -> SiteContext:
    """The present edition of the site; asked for once a request. Dates this answer."""
    if "site_context" not in g:
        g.site_context = context.site_context()
        theme: Theme = current_app.extensions["theme"]
        theme.version()
        responses.set_last_modified(max(g.site_context.changed_at, theme.changed_at))
    return g.site_context  # type: ignore[no-any-return]


def site() -> Site:
    """The site's row; a plain one when the database does not answer, so that even then a page can say so."""
    if "site" not in g:
        try:
            g.site = site_context().site
        except SQLAlchemyError:
            mark_database_down()
    return g.site  # type: ignore[no-any-return]


def mark_database_down() -> None:
    """Do not ask the database again in this request: it does not answer."""
    g.setdefault("site", g.site_context.site if "site_context" in g else Site(**DEFAULTS, changed_at=clock.now()))
    g.database_down = True


def unless_database_down(ask: Callable[[], list[T]]) -> list[T]:
    """What the database answers; nothing once it was found silent in this request."""
    if g.get("database_down"):
        return []
    try:
        return ask()
    except SQLAlchemyError:
        mark_database_down()
        return []


def zone() -> ZoneInfo:
    """The site's time zone."""
    return ZoneInfo(site().timezone)


def absolute_url(path: str) -> str:
    """The whole address of a path on this site; the site's own address is configuration, never the request's."""
    return str(current_app.config["SITE_URL"]) + path


def saved_html(html: str) -> Markup:
    """HTML that core.markdown.render made and cleaned when the post was saved: the one text templates do not escape."""
    return Markup(html)  # noqa: S704


def cover_markup(cover: Picture, around: str = "cover") -> Markup:
    """The markup of a cover picture: its files to choose from, loaded before all others."""
    attributes = {"src": cover["src"], "class": "u-featured"}
    return Markup(picture_html(attributes, image_file_of(cover), around=around, first=True))  # noqa: S704


def date(moment: datetime, mark: str = "") -> Markup:
    """The date as people and machines read it, in the site's language and zone; `mark` is its class."""
    shown = site()
    return localize.date(moment, mark, shown.language, shown.timezone)


def date_and_time(of: datetime) -> Markup:
    """The date and the time of day, in the site's language and zone."""
    shown = site()
    return localize.date_and_time(of, shown.language, shown.timezone)


def language_attributes(post: PostSummary) -> Markup:
    """The attributes of an element that shows a post's words: their language and direction."""
    return localize.language_attributes(post.language, site().language)


def _stylesheet(theme: Theme, *, own: bool = True, **look: str) -> str:
    """The address of readers' stylesheet in the site's look, or in another; with the owner's own, or without."""
    now = site()
    return stylesheets.url(look.get("accent", now.accent), look.get("typeface", now.typeface), theme if own else None)


class MacroCache:
    """What a macro without parameters makes of the site: said again until the site, or the owner's theme, changes."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._said: tuple[tuple[SiteContext | None, int], dict[str, Markup]] = ((None, -1), {})

    def __call__(self, macro: Macro) -> Markup:
        """What the macro says now; macros are told apart by their names."""
        if g.get("database_down"):
            return Markup(macro())  # noqa: S704
        now, ((of, looks), said) = site_context(), self._said
        stamp = self._theme.version()
        if of is not now or looks != stamp:
            said = {}
            self._said = (now, stamp), said
        if macro.name not in said:
            said[macro.name] = Markup(macro())  # noqa: S704
        return said[macro.name]


def cached_url_for(app: Flask) -> Callable[..., str]:
    """Return a `url_for` that builds each path once: a blog lives at the root of its host, whatever the request."""
    paths = app.url_map.bind("")

    @lru_cache(maxsize=2048)
    def url_for(endpoint: str, **values: Any) -> str:
        return paths.build(endpoint, values)

    return url_for
