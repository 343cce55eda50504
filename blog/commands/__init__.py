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

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")


def settings(ctx: click.Context, *, begins: bool = False, **arguments: Any) -> Settings:
    """The settings for this command; a command that `begins` a blog makes its folder."""
    chosen = ctx.find_root().obj
    folder = config.instance_folder(chosen, os.environ)
    if not folder.is_dir():
        _make(folder, begins)
    found = config.load(folder, **arguments)
    return config.load(folder, **arguments) if restore.finish(found) else found


def _make(folder: Path, begins: bool) -> None:
    if not begins:
        raise BadSetting(f"There is no folder {folder}. `broadsheet --instance {folder} serve` begins a blog there.")
    try:
        folder.mkdir()
    except FileNotFoundError:
        raise BadSetting(f"The instance folder {folder} cannot be made: there is no folder {folder.parent}.") from None
    except OSError as error:
        raise BadSetting(f"The instance folder {folder} cannot be made: {error.strerror}.") from error


@contextmanager
def blog(ctx: click.Context, *, begins: bool = False) -> Iterator[Flask]:
    """The blog of this command, its database brought to this code's schema."""
    with opened(settings(ctx, begins=begins)) as app:
        yield app


@contextmanager
def opened(of: Settings) -> Iterator[Flask]:
    """The blog with these settings, within its application context; its database is made where there is none."""
    app = create_app(of)
    with app.app_context():
        try:
            upgrade.prepare(db.engine, of)
            app.config["SECRET_KEY"] = config.with_secret(of).secret_key
            yield app
        except SQLAlchemyError as error:
            raise Unavailable(describe_error(error)) from error
        finally:
            db.session.remove()
            db.engine.dispose()


def say(text: str, data: dict[str, Any] | None, *, json_wanted: bool) -> None:
    """Print a sentence, or the same for a program."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if json_wanted else text)
