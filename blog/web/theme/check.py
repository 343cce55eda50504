"""The theme check of `doctor`: it reads custom.css, and renders pages of each kind with the owner's templates."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from blog.config import Settings
from blog.core.doctor.findings import Finding
from blog.web.theme.owner_files import RESERVED, Fault, Theme

# Pages that need no post, and one that does not exist. Their links lead to the other pages to check.
PAGES = ("/", "/archive/", "/tags/", "/subscribe/", "/search/", "/search/?q=a", "/nothing-here/")
LINKS = re.compile(r'href="(/(?:(posts|tags|archive|authors)/)?(?!admin/|static/|media/)[\w%.-]+/)"')
LINKS_PER_KIND = 2
REMEDY = "Mend it, or take it out of the instance folder; a running blog sees the change within a second."


def examine(settings: Settings, make_app: Callable[[Settings], Flask]) -> Iterator[Finding]:
    """Check custom.css and templates/ of an instance folder. Nothing is written."""
    theme = Theme(settings.instance)
    with _logging_disabled():
        names, css = theme.template_names, theme.css
        faults = list(theme.faults)
        if names and settings.database_file.is_file():
            faults += _rendering_faults(make_app(settings), settings.site_url)
    for fault in dict.fromkeys(faults):
        yield Finding("bad", str(fault), REMEDY)
    for name in names:
        if name.startswith(RESERVED):
            yield Finding("note", f"{theme.templates / name} is not used.", "Pages of authors stay the house’s own.")
    if (names or css) and not faults:
        parts = [*(["custom.css"] if css else []), *(f"templates/{name}" for name in names)]
        yield Finding("good", f"The blog’s own looks can be used: {', '.join(parts[:10])}.")


@contextmanager
def _logging_disabled() -> Iterator[None]:
    """Disable logging: the server that runs logs these faults."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(disabled)


def _rendering_faults(app: Flask, site_url: str) -> list[Fault]:
    """Render pages with the owner's templates; return the faults."""
    theme: Theme = app.extensions["theme"]
    for name in theme.template_names:
        app.jinja_env.select_template([name, "layout.html"])
    pages = {path: _get(app, site_url, path) for path in PAGES}
    for path in _links_of_each_kind("".join(pages.values())):
        _get(app, site_url, path)
    return theme.faults


def _get(app: Flask, site_url: str, path: str) -> str:
    return app.test_client().get(path, base_url=site_url).get_data(as_text=True)


def _links_of_each_kind(html: str) -> list[str]:
    """Return some paths of each kind that the pages link to."""
    paths_by_kind: dict[str, dict[str, None]] = {}
    for path, kind in LINKS.findall(html):
        paths_by_kind.setdefault(kind, {})[path] = None
    return [path for paths in paths_by_kind.values() for path in [*paths][:LINKS_PER_KIND]]
