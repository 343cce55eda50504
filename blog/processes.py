"""Processes that hear signals one at a time, and workers that never outlive the one that started them."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

# A terminal sends the first to all its processes, and the last when it is closed.
EXIT_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.05


def block_signals() -> None:
    """From now on signals that end this process wait until it hears them; to be called before it has threads."""
    signal.pthread_sigmask(signal.SIG_BLOCK, EXIT_SIGNALS)


def handle_signals(act: Callable[[], object]) -> None:
    """From now on each signal that was held calls `act` in a thread of its own, and does nothing else.

    Python's own handlers run in the midst of the main thread: a second signal would wait there for what the first one
    holds. A closed terminal is not heard where that was asked for (nohup).
    """
    heard = [one for one in EXIT_SIGNALS if one != signal.SIGHUP or signal.getsignal(one) != signal.SIG_IGN]

    def listen() -> None:
        while True:
            signal.sigwait(heard)
            act()

    threading.Thread(target=listen, daemon=True).start()


def handle_parent_signal() -> None:
    """From now on this process ends by its parent's SIGTERM alone, and calls once the handler that is yet to be set.

    Called a second time, Granian's handler never returns. Threads and processes that begin later hear no signal.
    """
    block_signals()
    inherited = signal.getsignal(signal.SIGTERM)

    def listen() -> None:
        number = signal.sigwait([signal.SIGTERM])
        while (handler := signal.getsignal(signal.SIGTERM)) == inherited:
            time.sleep(POLL_SECONDS)
        if callable(handler):
            handler(number, None)

    threading.Thread(target=listen, daemon=True).start()


def process_pool(workers: int) -> ProcessPoolExecutor:
    """So many processes, each started when there is work for it; submit that work within `block_interrupt`."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=exit_with_parent)


@contextmanager
def block_interrupt() -> Iterator[None]:
    """Processes that begin meanwhile never hear Ctrl-C, which reaches all of a terminal: their parent ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def exit_with_parent() -> None:
    """End this worker process as soon as its parent is gone, even by kill -9."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()
