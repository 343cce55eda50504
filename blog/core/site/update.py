"""Change the site's settings."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from blog.core.db.transaction import writing
from blog.core.editor.publish import render_again
from blog.core.errors import Invalid, Rejected
from blog.core.site.settings import setting
from blog.models import Post, Site


def configure(name: str, text: str) -> Site:
    """Change one setting. Raises Invalid with a sentence; texts are rendered again where it matters."""
    return _store({name: setting(name).read(text)})


def configure_all(given: Mapping[str, str]) -> Site:
    """Change several settings, all or none. Raises Rejected with all that is wrong."""
    known, wrong = read(given)
    if wrong:
        raise Rejected(wrong)
    return _store(known)


def read(given: Mapping[str, str]) -> tuple[dict[str, Any], list[Invalid]]:
    """The values that these texts stand for, and all that is wrong with the others."""
    known: dict[str, Any] = {}
    wrong: list[Invalid] = []
    for name, text in given.items():
        try:
            known[name] = setting(name).read(text)
        except Invalid as error:
            wrong.append(error)
    return known, wrong


def _store(values: Mapping[str, Any]) -> Site:
    """Write those that differ: what stays as it is moves nothing that readers see."""
    with writing() as session:
        row = session.scalars(select(Site)).one()
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        rerender = "foreign_media" in changed
        if rerender:  # marked together with the change: when this is cut off, the next start finishes it
            session.execute(update(Post).values(renderer=0))
    if rerender:
        render_again()
    return row
