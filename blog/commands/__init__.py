"""The terminal's face: commands, and what they share."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from blog import config, create_app
from blog.config import BadSetting, Settings
from blog.core.backup import restore, upgrade
from blog.core.db.transaction import describe_error
from blog.core.errors import Unavailable
from blog.extensions import db

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")


def load_settings(ctx: click.Context, *, create: bool = False, **arguments: Any) -> Settings:
    """The settings for this command; with `create` the folder is made if it is missing."""
    chosen = ctx.find_root().obj
    folder = config.instance_folder(chosen, os.environ)
    if not folder.is_dir():
        _make_folder(folder, create)
    found = config.load(folder, **arguments)
    return config.load(folder, **arguments) if restore.finish_interrupted(found) else found


def _make_folder(folder: Path, create: bool) -> None:
    if not create:
        raise BadSetting(f"There is no folder {folder}. `broadsheet --instance {folder} serve` begins a blog there.")
    try:
        folder.mkdir()
    except FileNotFoundError:
        raise BadSetting(f"The instance folder {folder} cannot be made: there is no folder {folder.parent}.") from None
    except OSError as error:
        raise BadSetting(f"The instance folder {folder} cannot be made: {error.strerror}.") from error


@contextmanager
def open_blog(ctx: click.Context, *, create: bool = False) -> Iterator[Flask]:
    """The blog of this command, its database brought to this code's schema."""
    with open_app(load_settings(ctx, create=create)) as app:
        yield app


@contextmanager
def open_app(of: Settings) -> Iterator[Flask]:
    """The blog with these settings, within its application context; its database is made where there is none."""
    app = create_app(of)
    with app.app_context():
        try:
            upgrade.prepare_database(db.engine, of)
            app.config["SECRET_KEY"] = config.with_secret(of).secret_key
            yield app
        except SQLAlchemyError as error:
            raise Unavailable(describe_error(error)) from error
        finally:
            db.session.remove()
            db.engine.dispose()


def print_result(text: str, data: dict[str, Any] | None, *, as_json: bool) -> None:
    """Print a sentence, or the same for a program."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else text)
