"""Change the site's settings."""

from sqlalchemy import select, update

from blog.core.publishing import render_again
from blog.core.site import setting
from blog.core.transaction import writing
from blog.models import Post, Site


def configure(name: str, text: str) -> Site:
    """Change one setting. Raises Invalid with a sentence; texts are rendered again where it matters."""
    value = setting(name).read(text)
    with writing() as session:
        row = session.scalars(select(Site)).one()
        rerender = name == "foreign_media" and row.foreign_media != value
        setattr(row, name, value)
        if rerender:  # marked together with the change: when this is cut off, the next start finishes it
            session.execute(update(Post).values(renderer=0))
    if rerender:
        render_again()
    return row
