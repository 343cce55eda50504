"""The background process of `serve`. It runs the outbox when an item is due, makes the daily backup, and finishes a
restore that was killed.

It looks at the database every two seconds, reads only, and uses little memory. For each task it starts a child
process: the memory of the task is free again afterwards, and the background process survives a crash of the child.
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

POLL_SECONDS = 2.0
# If a run changed nothing (the database is locked, another process has the lease), the pause doubles up to this.
LONGEST_PAUSE = 60.0
# A run that takes longer is killed.
RUN_SECONDS = 1800.0
# How often to check whether a backup is due; also the time from the start of a new server to its first backup.
BACKUP_SECONDS = 60.0
# The niceness of a backup: a large blog needs a minute of CPU, and readers and authors come first.
BACKUP_NICENESS = 15
# After a backup that failed.
RETRY_SECONDS = 3600.0
# A fork shares memory with its parent. Only on Linux do the system libraries survive one.
CAN_FORK = sys.platform == "linux"
NAME = "messenger"  # in `ps` and `top`


@contextmanager
def background_process(settings: Settings, app: Flask) -> Iterator[None]:
    """Run a background process during the block; start another one if it dies."""
    stopped = threading.Event()
    processes = [_start(settings, app)]  # before there are threads

    def supervise() -> None:
        while True:
            processes[-1].join()
            if stopped.wait(POLL_SECONDS):
                return
            try:
                processes.append(_start(settings, app))
            except OSError as error:  # no memory or no process available: try again in the next round
                logging.warning("Calls to other servers wait: no process can be begun (%s).", error.strerror)

    supervisor = threading.Thread(target=supervise, daemon=True)
    supervisor.start()
    try:
        yield
    finally:
        stopped.set()
        while supervisor.is_alive():  # it may just have started another process
            processes[-1].terminate()
            supervisor.join(0.1)


def _context() -> Any:
    return multiprocessing.get_context("fork" if CAN_FORK else "spawn")


def _start(settings: Settings, app: Flask) -> Any:
    process = _context().Process(target=_main, args=(settings, app if CAN_FORK else None), name=NAME)
    process.start()
    return process


def _main(settings: Settings, app: Flask | None) -> None:
    # Its parent ends it by SIGTERM.
    for number, action in (
        (signal.SIGINT, signal.SIG_IGN),
        (signal.SIGHUP, signal.SIG_IGN),
        (signal.SIGTERM, signal.SIG_DFL),
    ):
        signal.signal(number, action)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    with suppress(OSError):
        Path("/proc/self/comm").write_text(NAME)
    parent, watcher, pause = multiprocessing.parent_process(), OutboxWatcher(settings.database_file), POLL_SECONDS
    assert parent is not None  # noqa: S101
    next_backup_check = time.monotonic() + BACKUP_SECONDS
    while not wait([parent.sentinel], pause):
        if watcher.due():
            watcher.close()  # no database connection may pass a fork
            _run_in_child(_run_outbox, settings, app, parent.sentinel)
        pause = min(pause * 2, LONGEST_PAUSE) if watcher.due() else POLL_SECONDS
        if time.monotonic() >= next_backup_check:
            if restore.is_interrupted(settings):
                watcher.close()
                _run_in_child(_finish_restore, settings, app, parent.sentinel)
            if was_due := retention.is_due(settings):
                watcher.close()
                _run_in_child(_back_up, settings, app, parent.sentinel)
            failed = was_due and retention.is_due(settings)
            next_backup_check = time.monotonic() + (RETRY_SECONDS if failed else BACKUP_SECONDS)


def _run_in_child(
    task: Callable[[Settings, Flask | None], None], settings: Settings, app: Flask | None, parent: int
) -> None:
    """Run a task in a child process and wait for it. Exit when the parent (its sentinel) ends."""
    process = _context().Process(target=task, args=(settings, app))
    process.start()
    ended = wait([parent, process.sentinel], RUN_SECONDS)
    if process.sentinel not in ended:
        process.kill()
    process.join()
    if parent in ended:
        os._exit(1)


def _run_outbox(settings: Settings, app: Flask | None) -> None:
    exit_with_parent()
    app = app or create_app(settings)
    try:
        with app.app_context():
            report = outbox.run(app.extensions["outbox_handlers"])
            if library.purge_due():
                library.purge_deleted(app.extensions["settings"].media)
    except (BlogError, SQLAlchemyError) as error:
        message = str(error) if isinstance(error, BlogError) else describe_error(error)
        logging.warning("Calls to other servers wait. %s", message)
        return
    for failure in report.failed:
        if failure.retry_at is None:
            logging.warning("%s was given up (%s). %s", failure.target, failure.about, failure.answer)


def _back_up(settings: Settings, _app: Flask | None) -> None:
    exit_with_parent()
    os.nice(BACKUP_NICENESS)
    try:
        backup = create.create_if_due(settings)
        if backup and backup.restore_problem:
            logging.warning("Today's backup could not be restored as it is: the database %s.", backup.restore_problem)
    except BlogError as error:
        logging.warning("There is no new daily backup. %s", error)


def _finish_restore(settings: Settings, _app: Flask | None) -> None:
    exit_with_parent()
    try:
        restore.finish_interrupted(settings)
    except BlogError as error:
        logging.warning("A restore that was cut off waits to be finished. %s", error)


class OutboxWatcher:
    """The time when the next outbox item is due, read anew only when the database changed. It never writes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: Any = None
        self._version: object = None
        self._next: datetime | None = None
        self._last_error = ""

    def due(self) -> bool:
        """Return whether an item is due now. If the database cannot be read, return False and log the error once."""
        try:
            self._read()
        except sqlite_driver().Error as error:
            self.close()
            message = describe_error(error)
            if message != self._last_error:
                logging.warning("The outbox cannot be read. %s", message)
            self._last_error = message
            return False
        self._last_error = ""
        return self._next is not None and self._next <= clock.now()

    def _read(self) -> None:
        if self._connection is None:
            self._connection = sqlite_driver().connect(f"{self._file.as_uri()}?mode=ro", uri=True, timeout=0.1)
        version = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._next = outbox.next_due(self._connection)
            self._version = version

    def close(self) -> None:
        connection, self._connection, self._version = self._connection, None, None
        if connection is not None:
            with suppress(sqlite_driver().Error):
                connection.close()
