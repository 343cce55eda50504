"""The commands of the terminal, and the functions that they share."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from blog import create_app
from blog.config import BadSetting, Settings, instance_folder, load, with_secret
from blog.core.backup import restore, upgrade
from blog.core.db.transaction import describe_error
from blog.core.errors import Unavailable
from blog.core.schema import migrate
from blog.extensions import db

T = TypeVar("T")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")


def instance_option() -> Path | None:
    """Return the folder that --instance names for the command that runs."""
    folder: Path | None = click.get_current_context().find_root().obj
    return folder


def load_settings(*, create: bool = False, any_schema: bool = False, **arguments: Any) -> Settings:
    """Return the settings for a command. With `create`, make the instance folder if it is missing.

    Raise Unusable if the blog's database is too old, unless the command can do with `any_schema`.
    """
    folder = instance_folder(instance_option(), os.environ)
    if not folder.is_dir():
        _make_folder(folder, create)
    settings = load(folder, **arguments)
    if not any_schema:
        migrate.refuse_older(settings.database_file)
    return load(folder, **arguments) if restore.finish_interrupted(settings) else settings


def _make_folder(folder: Path, create: bool) -> None:
    if not create:
        raise BadSetting(f"There is no folder {folder}. `broadsheet --instance {folder} serve` begins a blog there.")
    try:
        folder.mkdir()
    except FileNotFoundError:
        raise BadSetting(f"The instance folder {folder} cannot be made: there is no folder {folder.parent}.") from None
    except OSError as error:
        raise BadSetting(f"The instance folder {folder} cannot be made: {error.strerror}.") from error


def open_blog(*, create: bool = False) -> AbstractContextManager[Flask]:
    """Open the blog of a command; see `open_app`."""
    return open_app(load_settings(create=create))


@contextmanager
def open_app(settings: Settings) -> Iterator[Flask]:
    """Yield the app in its application context. Create the database if there is none, or migrate it."""
    app = create_app(settings)
    with app.app_context():
        try:
            upgrade.prepare_database(db.engine, settings)
            app.config["SECRET_KEY"] = with_secret(settings).secret_key
            yield app
        except SQLAlchemyError as error:
            raise Unavailable(describe_error(error)) from error
        finally:
            db.session.remove()
            db.engine.dispose()


def print_result(text: str, data: dict[str, Any] | None, *, as_json: bool) -> None:
    """Print the text, or the data as JSON."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else text)


def progress_bar(items: Iterable[T], label: str, total: int, shortest: int = 20) -> Iterator[T]:
    """Yield the items, with a bar on standard error if there are `shortest` or more."""
    with open_bar(label, total, hidden=total < shortest) as advance:
        for item in items:
            yield item
            advance(1)


@contextmanager
def open_bar(label: str, total: int, *, hidden: bool) -> Iterator[Callable[[int], None]]:
    """Yield a function that advances a bar on standard error, by a part of `total`."""
    with click.progressbar(length=total, label=label, file=sys.stderr, hidden=hidden) as bar:
        yield bar.update
