"""The messenger: one process of `serve` that sees when something in the outbox is due, and has it carried out; and
when a day has passed since the last backup, and has one made; and when a restore was killed, and has it finished.

It looks at the database every two seconds, reads only, and holds little memory of its own. The work is done by a
process that it forks for the purpose: what it needs is gone afterwards, and if it dies, the messenger goes on.
"""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from blog import clock, create_app
from blog.config import Settings
from blog.core import outbox
from blog.core.backup import create, restore, retention
from blog.core.db.transaction import describe_error
from blog.core.errors import BlogError
from blog.core.media import library
from blog.extensions import sqlite_driver
from blog.processes import exit_with_parent

LOOK_SECONDS = 2.0
# When a run changed nothing (the database is locked, another process has the lease), the next one waits ever longer.
LONGEST_PAUSE = 60.0
# No run takes this long unless something is wrong with it.
RUN_SECONDS = 1800.0
# How often to see whether a day has passed since the last backup: also the time until a new server makes its first.
BACKUP_SECONDS = 60.0
# A backup of a large blog takes a minute of a processor: readers and authors come first.
POLITE = 15
# After a backup that failed.
AGAIN_SECONDS = 3600.0
# A fork shares the memory of what was forked; elsewhere than on Linux, system libraries may not survive one.
FORKS = sys.platform == "linux"
NAME = "messenger"  # as `ps` and `top` show it


@contextmanager
def messenger(of: Settings, app: Flask) -> Iterator[None]:
    """A messenger while the block runs; when it dies, there is another one soon."""
    stopped = threading.Event()
    begun = [_begin(of, app)]  # before there are threads

    def keep() -> None:
        while True:
            begun[-1].join()
            if stopped.wait(LOOK_SECONDS):
                return
            try:
                begun.append(_begin(of, app))
            except OSError as error:  # no memory or no process to be had now: the next round tries again
                logging.warning("Calls to other servers wait: no process can be begun (%s).", error.strerror)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopped.set()
        while keeper.is_alive():  # it may just have begun another one
            begun[-1].terminate()
            keeper.join(0.1)


def _context() -> Any:
    return multiprocessing.get_context("fork" if FORKS else "spawn")


def _begin(of: Settings, app: Flask) -> Any:
    process = _context().Process(target=_watch, args=(of, app if FORKS else None), name=NAME)
    process.start()
    return process


def _watch(of: Settings, app: Flask | None) -> None:
    for one, does in (
        (signal.SIGINT, signal.SIG_IGN),
        (signal.SIGHUP, signal.SIG_IGN),
        (signal.SIGTERM, signal.SIG_DFL),
    ):
        signal.signal(one, does)  # its parent ends it
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    with suppress(OSError):
        Path("/proc/self/comm").write_text(NAME)
    parent, agenda, pause = multiprocessing.parent_process(), Agenda(of.database_file), LOOK_SECONDS
    assert parent is not None  # noqa: S101
    look_for_backups = time.monotonic() + BACKUP_SECONDS
    while not wait([parent.sentinel], pause):
        if agenda.due():
            agenda.close()  # no connection to the database may pass a fork
            _carry(_run, of, app, parent.sentinel)
        pause = min(pause * 2, LONGEST_PAUSE) if agenda.due() else LOOK_SECONDS
        if time.monotonic() >= look_for_backups:
            if restore.cut_off(of):
                agenda.close()
                _carry(_finish_restore, of, app, parent.sentinel)
            if tried := retention.due(of):
                agenda.close()
                _carry(_back_up, of, app, parent.sentinel)
            failed = tried and retention.due(of)
            look_for_backups = time.monotonic() + (AGAIN_SECONDS if failed else BACKUP_SECONDS)


def _carry(work: Callable[[Settings, Flask | None], None], of: Settings, app: Flask | None, parent: int) -> None:
    """Have something done. Ends this process when its parent does."""
    process = _context().Process(target=work, args=(of, app))
    process.start()
    ended = wait([parent, process.sentinel], RUN_SECONDS)
    if process.sentinel not in ended:
        process.kill()
    process.join()
    if parent in ended:
        os._exit(1)


def _run(of: Settings, app: Flask | None) -> None:
    exit_with_parent()
    app = app or create_app(of)
    try:
        with app.app_context():
            report = outbox.run(app.extensions["outbox_handlers"])
            if library.purge_due():
                library.purge_deleted(app.extensions["settings"].media)
    except (BlogError, SQLAlchemyError) as error:
        message = str(error) if isinstance(error, BlogError) else describe_error(error)
        logging.warning("Calls to other servers wait. %s", message)
        return
    for one in report.failed:
        if one.retry_at is None:
            logging.warning("%s was given up (%s). %s", one.target, one.about, one.answer)


def _back_up(of: Settings, _app: Flask | None) -> None:
    exit_with_parent()
    os.nice(POLITE)
    try:
        made = create.keep_daily(of)
        if made and made.unsound:
            logging.warning("Today's backup could not be restored as it is: the database %s.", made.unsound)
    except BlogError as error:
        logging.warning("There is no new daily backup. %s", error)


def _finish_restore(of: Settings, _app: Flask | None) -> None:
    exit_with_parent()
    try:
        restore.finish(of)
    except BlogError as error:
        logging.warning("A restore that was cut off waits to be finished. %s", error)


class Agenda:
    """Knows when the next errand is due; asks the database only when that has changed, and never writes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: Any = None
        self._version: object = None
        self._next: datetime | None = None
        self._said = ""

    def due(self) -> bool:
        """Whether anything is due now; no while the database does not answer, which is told once."""
        try:
            self._look()
        except sqlite_driver().Error as error:
            self.close()
            self._say(describe_error(error))
            return False
        self._said = ""
        return self._next is not None and self._next <= clock.now()

    def _look(self) -> None:
        if self._connection is None:
            self._connection = sqlite_driver().connect(f"{self._file.as_uri()}?mode=ro", uri=True, timeout=0.1)
        version = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._next = outbox.next_due(self._connection)
            self._version = version

    def close(self) -> None:
        """Let go of the database."""
        connection, self._connection, self._version = self._connection, None, None
        if connection is not None:
            with suppress(sqlite_driver().Error):
                connection.close()

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            logging.warning("The outbox cannot be read. %s", sentence)
        self._said = sentence
