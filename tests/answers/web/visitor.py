"""Somebody who asks both servers the same, one question after the other, and has the answers compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar

from tests.answers.answer import of_reply
from tests.answers.checkout import Unusable
from tests.answers.sides import Sides
from tests.answers.web import pages
from tests.answers.web.client import Browser, Reply

# More addresses than any sample has.
MOST = 3000
KINDS = {
    "text/html": "page", "text/markdown": "Markdown", "application/rss+xml": "feed", "application/atom+xml": "feed",
    "application/feed+json": "feed", "application/json": "JSON",
}  # fmt: skip
Path = str | Sequence[str]
# Method, path and status of a question.
Question = tuple[str, str, int]
T = TypeVar("T")


def kind_of(reply: Reply, path: str) -> str:
    """Return what sort of answer it is, for the table."""
    if 300 <= reply.status < 400:
        return "redirect"
    if reply.status >= 400:
        return "error"
    if path.startswith(("/admin/", "/preview/")):
        return "authors' page"
    return KINDS.get(reply.type, "file")


@dataclass
class Visitor:
    """Two browsers, one for each side; `site_url` is the address that the blogs give themselves.

    `questions` are the method, path and status of every question, for the report of what was covered.
    """

    sides: Sides
    browsers: Sequence[Browser]
    site_url: str
    questions: list[Question]
    # Static files that were named, by their addresses without the hash; each side's own address.
    files: dict[str, list[str]]
    # Addresses whose bodies are not the same bytes.
    volatile: set[str] = field(default_factory=set)

    def ask(
        self,
        path: Path,
        method: str = "GET",
        headers: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        body: bytes | None = None,
        kind: str = "",
        note: str = "",
    ) -> list[Reply]:
        """Ask both, compare, and return the replies. Path and headers may be given for each side."""
        paths = self._each(path)
        each_headers = self._each(headers or {})
        replies = self._both(lambda number, browser: browser.ask(method, paths[number], each_headers[number], body))
        self.compare(replies, method, paths[1], kind, note or _words(each_headers[1], body))
        return replies

    def compare(self, replies: Sequence[Reply], method: str, path: str, kind: str = "", note: str = "") -> None:
        """Compare two replies."""
        self.questions.append((method, path, replies[1].status))
        kind = kind or kind_of(replies[1], path)
        question = f"{method} {path}{f' ({note})' if note else ''}"
        same = self.sides.compare(
            kind, question, [of_reply(reply) for reply in replies], same_bytes=path not in self.volatile
        )
        self._note_files(replies, path)
        if method == "GET" and not note:
            (self.volatile.discard if same else self.volatile.add)(path)

    def ask_in_all_ways(self, path: Path) -> list[Reply]:
        """Ask for an address, for its head, compressed, and again with the validators of the first answer."""
        replies = self.ask(path)
        self.ask(path, "HEAD", kind="HEAD")
        for encoding in ("br", "gzip"):
            self.ask(path, headers={"Accept-Encoding": encoding}, kind="compressed")
        for validator, condition in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
            if replies[1].header(validator):
                headers = [{condition: reply.header(validator)} for reply in replies]
                self.ask(path, headers=headers, kind="conditional", note=condition)
        return replies

    def crawl(
        self,
        starts: Sequence[str],
        follow: Callable[[str], bool],
        in_all_ways: Callable[[str], bool] = lambda _: False,
    ) -> list[str]:
        """Ask for some addresses and for all that their answers name, as far as `follow` says; return our side's."""
        waiting = [(start, start) for start in starts]
        seen = {pages.key(start) for start in starts}
        paths = list[str]()
        while waiting:
            if len(paths) > MOST:
                raise Unusable(f"There are more than {MOST} addresses, {waiting[0][1]} among them: a crawl in circles?")
            pair = waiting.pop(0)
            paths.append(pair[1])
            replies = self.ask_in_all_ways(pair) if in_all_ways(pair[1]) else self.ask(pair)
            links = [self._links(replies[number], pair[number]) for number in (0, 1)]
            for each in dict.fromkeys(chain(links[0], links[1])):
                path = links[1].get(each) or links[0][each]
                if each not in seen and follow(path):
                    seen.add(each)
                    waiting.append((links[0].get(each, path), path))
        return paths

    def submit(
        self, path: Path, press: str, files: Mapping[str, bytes] | None = None, **values: str
    ) -> list[list[Reply]]:
        """Fill in a form on both sides and press a button; compare all replies. Keyword arguments are fields."""
        paths = self._each(path)
        replies = self._both(lambda number, browser: pages.submit(browser, paths[number], press, values, files))
        self._compare_steps(replies, paths[1], press)
        return replies

    def _compare_steps(self, replies: Sequence[Sequence[Reply]], path: str, press: str) -> None:
        """Compare the page of a form, the answer to it, and the page that it leads to.

        Raise Unusable if neither page has the form.
        """
        steps = list(zip(*replies, strict=False))
        if len(steps) == 1 and len(replies[0]) == len(replies[1]):
            raise Unusable(f"There is no button “{press}” at {path} on either side.")
        self.compare(steps[0], "GET", path)
        if len(steps) > 1:
            self.compare(steps[1], "POST", path, "form", press)
        if len(steps) > 2:
            self.compare(steps[2], "GET", replies[1][1].header("Location"), note=f"after {press}")
        if len(replies[0]) != len(replies[1]):
            self.compare([replies[0][-1], replies[1][-1]], "GET", path, "form", f"{press} leads elsewhere")

    def _note_files(self, replies: Sequence[Reply], path: str) -> None:
        """Remember the static files that answers name, at each side's own address."""
        for number, reply in enumerate(replies):
            for name, address in self._links(reply, path).items():
                if name.startswith("/static/"):
                    self.files.setdefault(name, [address, address])[number] = address

    def _links(self, reply: Reply, path: str) -> dict[str, str]:
        return {pages.key(link): link for link in pages.links(reply, path, self.site_url)}

    def _each(self, value: str | Mapping[str, str] | Sequence[Any]) -> Sequence[Any]:
        return (value, value) if isinstance(value, str | Mapping) else value

    def _both(self, act: Callable[[int, Browser], T]) -> list[T]:
        return self.sides.both(lambda side: act(side.number, self.browsers[side.number]))

    def close(self) -> None:
        """Close the connections."""
        for browser in self.browsers:
            browser.close()


def _words(headers: Mapping[str, str], body: bytes | None) -> str:
    return ", ".join(
        [*(f"{name}: {value[:60]}" for name, value in headers.items()), *([f"{len(body)} bytes"] if body else [])]
    )
