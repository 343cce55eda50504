"""Publish by the form, as an author does: the processor time of the server for each POST."""

import http.client
import re
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from bench import client, library, pages, servers
from bench.client import Response, WrongResponse
from bench.measures import Plan, Progress
from bench.report import Row
from bench.servers import ROOT, Server
from blog import config
from blog.commands import open_app
from blog.core.accounts import people

EMAIL, PASSWORD = "bench@example.org", "seven quiet rivers"
WORDS = 330
# Publications of each round and of each second of the plan.
RATE = 20
FIELD = re.compile(r'name="(csrf_token|guid|version)"[^>]*value="([^"]*)"')


class Author:
    """An author who is signed in and has published an essay; `publish` sends its form again, with another text."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        self._cookie = ""
        self._path = "/admin/sign-in/"
        self._send("POST", {**self._fields(), "email": EMAIL, "password": PASSWORD})
        self._path = "/admin/posts/new/"
        body = library.rendered_text("essay", WORDS).body
        self._essay = {"title": "An essay", "tags": "Law, History, Essays", "body": body, "action": "publish"}
        self._path = self._send("POST", self._fields() | self._essay).headers["location"]
        self._essay |= self._fields()

    def publish(self, serial: int) -> None:
        """Publish the essay with a new last line. The form's version counts on, so no page is loaded in between."""
        cookie = self._cookie
        self._send("POST", self._essay | {"body": f"{self._essay['body']}\n\nEdition {serial}."})
        self._cookie = cookie  # the new one holds one notice more, as no page shows them
        self._essay["version"] = str(int(self._essay["version"]) + 1)

    def close(self) -> None:
        self._connection.close()

    def _fields(self) -> dict[str, str]:
        return dict(FIELD.findall(self._send("GET").plain().decode()))

    def _send(self, method: str, fields: dict[str, str] | None = None) -> Response:
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request(method, self._path, urlencode(fields) if fields else None, headers)
        response = client.read_response(self._connection)
        if response.status != (303 if fields else 200):
            raise WrongResponse(f"{method} {self._path} answered {response.status}.")
        self._cookie = response.headers.get("set-cookie", self._cookie).partition(";")[0]
        return response


def create_blog(folder: Path, keep: Path | None, plan: Plan, progress: Progress) -> Path:
    """Create a small blog with an author; return its folder."""
    instance = folder / "publishing"
    library.create_or_copy(instance, plan.sizes[0], keep, progress)
    with open_app(config.load(instance, environ={}, site_url=library.SITE_URL)):
        people.add(EMAIL, "Bench", PASSWORD)
    return instance


def cpu_ms(instance: Path, log: Path, plan: Plan, checkout: Path = ROOT) -> float:
    """Return the milliseconds of processor time that a publication takes."""
    number = RATE * plan.rounds * plan.seconds
    with servers.broadsheet(instance, log, checkout=checkout) as blog, closing(Author(blog)) as author:
        for serial in range(RATE):
            author.publish(serial)
        before = blog.idle_cpu_seconds()
        for serial in range(RATE, RATE + number):
            author.publish(serial)
        return (blog.cpu_seconds() - before) * 1000 / number


def measure(folder: Path, keep: Path | None, plan: Plan, progress: Progress) -> Row:
    """Return the row of publications by the form."""
    progress("publish by form")
    cpu = cpu_ms(create_blog(folder, keep, plan, progress), folder / "log", plan)
    return Row("publish by form", {"cpu_ms": cpu}, pages.PUBLISH, f"an essay of {WORDS} words, edited and published")
