"""Globals and filters of all templates: the site, dates in its language and time zone, absolute URLs."""

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
from blog.core.text.amounts import noun
from blog.models import Site
from blog.models.json_types import Picture
from blog.models.site import DEFAULTS
from blog.web import localize, responses
from blog.web.theme import stylesheets
from blog.web.theme.owner_files import Theme

T = TypeVar("T")


def init_app(app: Flask, settings: Settings, theme: Theme) -> None:
    """Register the globals and filters. Their names are promised to owners' templates."""
    app.jinja_env.undefined = StrictUndefined
    # The proxy is for macros, which are loaded once and have no page's context; pages get the row, which is quicker.
    app.jinja_env.globals.update(site=LocalProxy(site))
    app.context_processor(lambda: {"site": site()})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(saved_html, "rendered")
    app.add_template_filter(localize.direction)
    app.add_template_global(cover_markup)
    app.add_template_global(date)
    app.add_template_global(noun)
    app.add_template_global(date_and_time, "moment")
    app.add_template_global(language_attributes, "spoken")
    app.add_template_global(MacroCache(theme), "once")
    app.add_template_global(partial(_stylesheet, theme), "stylesheet")
    app.config["SITE_URL"] = settings.site_url
    app.add_template_filter(absolute_url, "absolute")
    app.add_template_global(cached_url_for(app), "url_for")


def date_page() -> None:
    """Set the Last-Modified of a response before its view is called; blueprints of readers' pages do so for each."""
    site_context()


def site_context() -> SiteContext:
    """Return the site as it is now, queried once a request, and set the Last-Modified of the response."""
    if "site_context" not in g:
        g.site_context = context.site_context()
        theme: Theme = current_app.extensions["theme"]
        theme.version()  # looks at the owner's files, so that `changed_at` is right
        responses.set_last_modified(max(g.site_context.changed_at, theme.changed_at))
    return g.site_context  # type: ignore[no-any-return]


def machine_settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def site() -> Site:
    """Return the site's row; the default one when the database does not answer, for the error page."""
    if "site" not in g:
        try:
            g.site = site_context().site
        except SQLAlchemyError:
            mark_database_down()
    return g.site  # type: ignore[no-any-return]


def mark_database_down() -> None:
    """Stop further queries in this request: the database does not answer."""
    g.setdefault("site", g.site_context.site if "site_context" in g else Site(**DEFAULTS, changed_at=clock.now()))
    g.database_down = True


def unless_database_down(query: Callable[[], list[T]]) -> list[T]:
    """Return the rows of a query; an empty list once the database did not answer in this request."""
    if g.get("database_down"):
        return []
    try:
        return query()
    except SQLAlchemyError:
        mark_database_down()
        return []


def zone() -> ZoneInfo:
    return ZoneInfo(site().timezone)


def absolute_url(path: str) -> str:
    """Return the absolute URL of a path on this site. Its host is configured, never taken from the request."""
    return str(current_app.config["SITE_URL"]) + path


def saved_html(html: str) -> Markup:
    """Mark as safe the HTML that core.markdown.render sanitized when the post was saved. All other text is escaped."""
    return Markup(html)  # noqa: S704


def cover_markup(cover: Picture, around: str = "cover") -> Markup:
    """Return the HTML of a cover picture, with all its sizes; it is loaded before other pictures."""
    attributes = {"src": cover["src"], "class": "u-featured"}
    return Markup(picture_html(attributes, image_file_of(cover), around=around, first=True))  # noqa: S704


def date(moment: datetime, mark: str = "") -> Markup:
    """Return a time element in the site's language and time zone; `mark` is its CSS class."""
    row = site()
    return localize.date(moment, mark, row.language, row.timezone)


def date_and_time(moment: datetime) -> Markup:
    row = site()
    return localize.date_and_time(moment, row.language, row.timezone)


def language_attributes(post: PostSummary) -> Markup:
    """Return `lang` and `dir` of an element that shows text of a post."""
    return localize.language_attributes(post.language, site().language)


def _stylesheet(theme: Theme, *, own: bool = True, **look: str) -> str:
    """Return the URL of readers' stylesheet. `own` adds custom.css; `accent` and `typeface` replace the site's."""
    row = site()
    return stylesheets.url(look.get("accent", row.accent), look.get("typeface", row.typeface), theme if own else None)


class MacroCache:
    """Caches the output of macros without parameters, by name, until the site or the owner's theme changes."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._cache: tuple[SiteContext | None, int, dict[str, Markup]] = (None, -1, {})

    def __call__(self, macro: Macro) -> Markup:
        if g.get("database_down"):
            return Markup(macro())  # noqa: S704
        current, version = site_context(), self._theme.version()
        cached_site, theme_version, outputs = self._cache
        if cached_site is not current or theme_version != version:
            outputs = {}
            self._cache = current, version, outputs
        if macro.name not in outputs:
            outputs[macro.name] = Markup(macro())  # noqa: S704
        return outputs[macro.name]


def cached_url_for(app: Flask) -> Callable[..., str]:
    """Return a `url_for` that caches each path: a blog is always at the root of its host."""
    paths = app.url_map.bind("")

    @lru_cache(maxsize=2048)
    def url_for(endpoint: str, **values: Any) -> str:
        return paths.build(endpoint, values)

    return url_for
