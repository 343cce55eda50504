"""Signals, one at a time, and child processes that end with their parent."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# A terminal sends SIGINT to all its processes, and SIGHUP when it closes.
EXIT_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def block_signals() -> None:
    """Block the signals that end this process until `handle_signals`. Call it before there are threads."""
    signal.pthread_sigmask(signal.SIG_BLOCK, EXIT_SIGNALS)


def handle_signals(act: Callable[[], object]) -> None:
    """Call `act` in a thread of its own for each blocked signal, which then has no other effect.

    Python's own handlers run in the middle of the main thread: a second signal would wait there for a lock that the
    first handler holds. SIGHUP is ignored if it was ignored at the start (nohup).
    """
    ignored = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else set()
    signals = set(EXIT_SIGNALS) - ignored

    def listen() -> None:
        while True:
            signal.sigwait(signals)
            act()

    threading.Thread(target=listen, daemon=True).start()


def accept_sigterm() -> None:
    """Let SIGTERM in again, once its handler is in place: one that came before is handled now.

    The other signals stay blocked. A terminal sends them to all its processes; the parent then ends this one.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


@contextmanager
def block_interrupt() -> Iterator[None]:
    """Start processes in this block that ignore Ctrl-C, which reaches all processes of a terminal: their parent ends
    them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def exit_with_parent() -> None:
    """End this process as soon as its parent is gone, even by kill -9."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()
