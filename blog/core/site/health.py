"""Check whether the blog can work. Monitors ask often, so this writes nothing and does only what takes microseconds."""

import os
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from blog.config import Settings
from blog.core.db.transaction import describe_error
from blog.core.errors import Unavailable
from blog.core.site.settings import ping_database

# Below this the next picture, or the write-ahead log of the database, may not fit.
MIN_FREE_BYTES = 16 * 2**20


def write_problem(settings: Settings) -> str:
    """Return why authors cannot write, in a few words; "" if they can. Raise Unavailable if nobody can read either."""
    try:
        ping_database()
    except SQLAlchemyError as error:
        raise Unavailable(describe_error(error)) from error
    return "; ".join(_write_problems(settings))


def _write_problems(settings: Settings) -> Iterator[str]:
    file = settings.database_file
    if not file.exists():  # processes that have it open still read it
        yield "the database is missing from its folder"
        return
    if not os.access(file, os.W_OK):
        yield "the database can only be read"
    elif not all(os.access(folder, os.W_OK | os.X_OK) for folder in {settings.instance, file.parent}):
        yield "the instance folder can only be read"
    if not has_space(os.statvfs(file)):
        yield "the disk has no room"


def has_space(disk: os.statvfs_result, min_bytes: int = MIN_FREE_BYTES) -> bool:
    """Return whether `min_bytes` and a few new files fit. File systems that do not count files report 0 of 0."""
    return disk.f_bavail * disk.f_frsize >= min_bytes and not (disk.f_files and disk.f_favail < 8)
