"""Ask a blog as any client may: other methods, other hosts, other settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from blog import config
from blog.commands import open_app
from blog.core.db.transaction import write_transaction
from tests.world import SITE_URL, Blog


def ask(blog: Blog, path: str, method: str = "GET", **headers: str) -> Any:
    """The answer to a request; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with blog.app.app_context():
        return blog.client.open(path, method=method, headers=named)


@contextmanager
def served(blog: Blog, **settings: Any) -> Iterator[Blog]:
    """The same blog, served with other machine settings."""
    chosen: dict[str, Any] = {"site_url": SITE_URL, **settings}
    with open_app(config.load(blog.instance, environ={}, **chosen)) as app:
        app.testing = True
        yield Blog(app, blog.instance)


def put(statement: str, **values: Any) -> None:
    """Write past all rules, straight into the database."""
    from sqlalchemy import text

    with write_transaction() as session:
        session.execute(text(statement), values)


def rough(blog: Blog) -> None:
    """Let errors be answered as they are outside of tests."""
    blog.app.config["PROPAGATE_EXCEPTIONS"] = False
