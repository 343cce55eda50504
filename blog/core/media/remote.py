"""Pictures on other sites, copied here, so that readers need not be followed to see them.

They are fetched by the one HTTP client, which goes to no network that is not public; what they are is told by decoding
them, not by what their server says. No transaction is open meanwhile.
"""

import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from blog.core.errors import Invalid
from blog.core.images import storage
from blog.core.markdown import render
from blog.core.markdown.sanitize import elsewhere
from blog.core.media import library
from blog.extensions import db
from blog.models import Media

SECONDS = 30.0
# So many are fetched for one form, and none is begun after so long: each may take half a minute, and others wait.
MOST, ALL_SECONDS = 20, 60.0
LATER = "There are more pictures than can be copied at once: press the button again."
ACCEPTED = "image/webp,image/png,image/jpeg,image/gif"
ADDRESS = r"""(?:[^\s<>()"']|\([^\s<>()"']*\))+"""
# Where a text names pictures: in Markdown, in its references, in HTML.
NAMED = re.compile(
    rf"(!\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*<?)({ADDRESS})"
    rf"|(^ {{0,3}}\[[^\[\]]+\]:[ \t]*<?)({ADDRESS})"
    rf"""|(<img\b[^<>]*?\bsrc\s*=\s*["']?)([^\s<>"']+)""",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Fetcher:
    """Where pictures are kept, who asks for them, and which places of the own network may be asked."""

    folder: Path
    site: str
    allow: Collection[str] = ()

    def copy(self, address: str) -> Media:
        """The stored picture that an address shows. Raises Invalid, NoRoom or Unavailable."""
        data = self._fetched(address)
        return library.add(data, self.folder, unquote(urlsplit(address).path) or "picture")

    def _fetched(self, address: str) -> bytes:
        from blog import outbound  # servers never load it before they need it

        db.session.rollback()
        try:
            answer = outbound.get(
                address, site=self.site, allow=self.allow, headers={"Accept": ACCEPTED},
                max_bytes=storage.FILE_BYTES, seconds=SECONDS,
            )  # fmt: skip
        except outbound.Unreachable as error:
            raise Invalid("address", str(error)) from error
        if answer.status != 200:
            raise Invalid("address", f"{urlsplit(address).hostname} answers with {answer.status}.")
        return answer.body


@dataclass
class Copied:
    """A text whose pictures are here now: how many were copied, and sentences on those that could not be."""

    body: str
    copied: int = 0
    failed: list[str] = field(default_factory=list)


def foreign(body: str) -> list[str]:
    """The addresses of a text's pictures on other sites, whole, each once."""
    shown = {source for source, _line in render.picture_sources(body)}
    found = (_whole(match) for _place, match in _named(body))
    return [address for address in dict.fromkeys(found) if address and _same(address) & shown]


def copy_all(body: str, fetcher: Fetcher) -> Copied:
    """A text with its pictures on other sites copied here, as far as that is possible. Raises NoRoom or Unavailable."""
    wanted, outcome, here = foreign(body), Copied(body), dict[str, str]()
    until = time.monotonic() + ALL_SECONDS
    for number, address in enumerate(wanted):
        if number == MOST or (number and time.monotonic() > until):
            outcome.failed.append(LATER)
            break
        try:
            here[address] = library.plate(fetcher.copy(address)).address
        except Invalid as error:
            outcome.failed.append(f"{address} was not copied: {error}")
    outcome.copied, outcome.body = len(here), _replaced(body, here)
    return outcome


def _replaced(body: str, here: dict[str, str]) -> str:
    parts, end = [], 0
    for place, match in _named(body):
        address = here.get(_whole(match))
        if address:
            parts += [body[end : place[0]], address]
            end = place[1]
    return "".join([*parts, body[end:]])


def _named(body: str) -> Iterator[tuple[tuple[int, int], "re.Match[str]"]]:
    """Where a text names pictures outside of code: the place of the address, and all around it."""
    code, line, seen = render.code_lines(body), 0, 0
    for match in NAMED.finditer(body):
        line, seen = line + body.count("\n", seen, match.start()), match.start()
        if line not in code:
            yield match.span(match.lastindex or 0), match


def _whole(match: "re.Match[str]") -> str:
    """The address that is named, as a browser reads it; empty, if it is one of this site."""
    outside = elsewhere(unescape(match[match.lastindex or 0]))
    whole = f"https:{outside}" if outside.startswith("//") else outside
    return whole if whole.lower().startswith(("http://", "https://")) else ""


def _same(address: str) -> set[str]:
    """The ways in which a text's reader may give an address."""
    return {unquote(address), unquote(address.partition(":")[2])}


def sentences(outcome: Copied) -> Sequence[str]:
    """What was done, in words."""
    if not outcome.copied and not outcome.failed:
        return ["All pictures are here already."]
    done = "One picture is" if outcome.copied == 1 else f"{outcome.copied} pictures are"
    return [*([f"{done} copied here."] if outcome.copied else []), *outcome.failed]
