"""Serve a folder of each side at the same time, and ask both servers the same."""

import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from tests.answers import normalize
from tests.answers.answer import Answer
from tests.answers.checkout import SECONDS, Server, Unusable
from tests.answers.sides import Side, Sides
from tests.answers.web.client import Browser
from tests.answers.web.visitor import Question, Visitor


@dataclass
class Servers:
    """The servers of both sides; `questions` are those of all visitors: method, path and status."""

    sides: Sides
    servers: Sequence[Server]
    name: str
    environment: Mapping[str, str]
    questions: list[Question] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=dict)
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self) -> Visitor:
        """Return somebody new, without cookies."""
        site_url = self.environment["BLOG_SITE_URL"]
        host = urlsplit(site_url).netloc
        browsers = [Browser(server.port, host) for server in self.servers]
        self.visitors.append(Visitor(self.sides, browsers, site_url, self.questions, self.files))
        return self.visitors[-1]

    def mark_start(self) -> None:
        """Name the time of the last change of all pages, which is when each server was started with other code.

        Wait until it has passed by two seconds: of many writes within a second each moves that time by one, so that it
        may lie ahead, and until then answers name the present time.
        """
        browsers, end = self.visitor().browsers, time.monotonic() + SECONDS
        while True:
            moments = self.sides.both(lambda side: _last_change(browsers[side.number]))
            if all(moment < datetime.now(UTC) - timedelta(seconds=2) for moment in moments):
                break
            if time.monotonic() > end:
                raise Unusable(f"The last change of / is always now: {moments}.")
            time.sleep(0.2)
        for side, moment in zip(self.sides, moments, strict=True):
            side.normalizer.mark(moment, "start")

    def ask_for_files(self) -> None:
        """Ask for all static files: those that answers named, whose hashes are not compared, and all of the folder."""
        visitor, names = self.visitor(), set[str]()
        for side in self.sides:
            folder = side.checkout.root / "static"
            plain = [f"/static/{file.relative_to(folder)}" for file in folder.rglob("*.*")]
            self.files.update({name: [name, name] for name in plain})
        while names != set(self.files):
            for name in sorted(set(self.files) - names):
                names.add(name)
                visitor.ask(self.files[name])

    def run(self, side: Side, *words: str) -> Answer:
        """Return what a command says of the folder that is served."""
        folder = str(side.folder / self.name)
        return side.forks.run("--instance", folder, *words, environment=self.environment)

    def settle(self) -> None:
        """Return when the background process of each server has nothing to do now, and the cards are those of now.

        What it did until then depends on how quick it was: nothing is compared.
        """
        self.sides.both(self._settle)

    def _settle(self, side: Side) -> None:
        end = time.monotonic() + SECONDS
        while True:
            report = json.loads(self.run(side, "tick", "--json").parts["output"] or b"{}")
            if report and not any(report.get(name) for name in ("busy", "calls", "cards")):
                break
            if time.monotonic() > end:
                raise Unusable(f"{side.checkout.root}: `tick` has always something to do: {report}.")
            time.sleep(0.2)
        self.run(side, "cards")


def _last_change(browser: Browser) -> datetime:
    """Return the Last-Modified of the first page. Raise Unusable if it has none."""
    reply = browser.ask("GET", "/")
    moment = normalize.parsed(reply.header("Last-Modified") or "-")
    if moment is None:
        raise Unusable(f"/ names no last change; it answers {reply.status}.")
    return moment


@contextmanager
def serve(sides: Sides, name: str, site_url: str, environment: Mapping[str, str], *options: str) -> Iterator[Servers]:
    """Serve the folder of this name on both sides while the block runs; then compare what the servers printed."""
    settings = {"BLOG_SITE_URL": site_url, "BLOG_BACKUPS": "off", **environment}
    servers: list[Server] = []
    with ExitStack() as stack:
        for side in sides:
            log = side.folder / f"{name}.log"
            servers.append(stack.enter_context(side.checkout.serve(side.folder / name, log, settings, *options)))
            port = servers[-1].port
            side.normalizer.literals = {
                **side.normalizer.literals,
                f"127.0.0.1:{port}": "127.0.0.1:<port>",
                f"Port {port} ": "Port <port> ",
                f"PORT={port + 1}": "PORT=<next port>",
                f"--port {port + 1}": "--port <next port>",
            }
        both = Servers(sides, servers, name, settings)
        yield both
        both.ask_for_files()
        for visitor in both.visitors:
            visitor.close()
    sides.compare("server", f"{name}: what it printed", [server.answer() for server in servers])


def copy(source: Path, sides: Sides, name: str) -> None:
    """Copy an instance folder to both sides, with the dates of its files."""
    for side in sides:
        shutil.copytree(source, side.folder / name)
