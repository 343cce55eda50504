"""Whether the blog can work: asked often, so nothing is written, and only what costs microseconds is looked at."""

import os
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from blog.config import Settings
from blog.core.db.transaction import trouble
from blog.core.errors import Unavailable
from blog.core.site.settings import ping_database

# Below this the next picture, or the log of the database, may not fit.
MIN_FREE_BYTES = 16 * 2**20


def write_problem(settings: Settings) -> str:
    """Why only readers are served, in a few words; nothing when authors are, too.

    Raises Unavailable when the database does not answer.
    """
    try:
        ping_database()
    except SQLAlchemyError as error:
        raise Unavailable(trouble(error)) from error
    return "; ".join(_troubles(settings))


def _troubles(settings: Settings) -> Iterator[str]:
    file = settings.database_file
    if not file.exists():  # who has it open reads on
        yield "the database is missing from its folder"
        return
    if not os.access(file, os.W_OK):
        yield "the database can only be read"
    elif not all(os.access(folder, os.W_OK | os.X_OK) for folder in {settings.instance, file.parent}):
        yield "the instance folder can only be read"
    if not has_space(os.statvfs(file)):
        yield "the disk has no room"


def has_space(disk: os.statvfs_result, least: int = MIN_FREE_BYTES) -> bool:
    """Whether so many bytes, and a few new files, find room. Some file systems count no files: they say 0 of 0."""
    return disk.f_bavail * disk.f_frsize >= least and not (disk.f_files and disk.f_favail < 8)
