"""Addresses in templates: what Flask's url_for says, worked out once for each."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask


def init_app(app: Flask) -> None:
    """Let an app's templates ask for the same addresses many times at no cost."""
    app.add_template_global(remembering(app), "url_for")


def remembering(app: Flask) -> Callable[..., str]:
    """The path of an endpoint: the same for every request, since a blog lives at the root of its host."""
    paths = app.url_map.bind("")

    @lru_cache(maxsize=2048)
    def path(endpoint: str, **values: Any) -> str:
        return paths.build(endpoint, values)

    return path
