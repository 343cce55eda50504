"""Settings that are lists of links, each with a name and an address. Pure."""

import json
import re
from collections.abc import Callable
from typing import Any

from blog.core.errors import Invalid
from blog.core.text import validate
from blog.models.json_types import NamedLink

MAX_LINKS = 30
# No second slash: `//name` would be an address on another host.
SITE_PATH = re.compile(r"/(?![/\\])[^\s\"<>\\^`{|}\x00-\x1f\x7f]{0,1999}")
MAILTO = re.compile(r"mailto:[^\s@\"<>]+@[^\s@\"<>]+")


def link_parser(field: str, kind: str, example: str, *, paths: bool = False) -> Callable[[str], list[NamedLink]]:
    """Return a function that parses a setting: JSON, or “Name address” on lines or between semicolons.

    It raises Invalid. `paths` also allows addresses of this site that begin with a slash.
    """

    def parse(text: str) -> list[NamedLink]:
        pairs = _pairs(field, kind, text)
        if len(pairs) > MAX_LINKS:
            raise Invalid(field, f"{len(pairs)} {kind}s were given; {MAX_LINKS} are allowed.")
        return [link(name, address) for name, address in pairs]

    def link(name: str, address: str) -> NamedLink:
        if not name or len(name) > 80:
            line = f"{name} {address}".strip()[:80]
            raise Invalid(field, f"“{line}” should be a name and an address, like: {example}")
        if MAILTO.fullmatch(address) or (paths and SITE_PATH.fullmatch(address)):
            return {"name": name, "address": address}
        return {"name": name, "address": validate.http_url(address, field)}

    return parse


def format_links(links: list[NamedLink], separator: str = "; ") -> str:
    """Return links as people write them."""
    return separator.join(f"{link['name']} {link['address']}" for link in links)


def parse_json_list(field: str, text: str) -> list[Any] | None:
    """Return the list that a program wrote as JSON, or None if the text is not JSON. Raise Invalid if it is broken."""
    if not text.lstrip().startswith("["):
        return None
    try:
        return list(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Invalid(field, f"The value of {field} looks like JSON and cannot be read as it.") from error


def _pairs(field: str, kind: str, text: str) -> list[tuple[str, str]]:
    links = parse_json_list(field, text)
    if links is None:
        lines = [validate.one_line(part) for part in re.split(r"[\n;]+", text) if part.strip()]
        return [(name, address) for name, _, address in (line.rpartition(" ") for line in lines)]
    try:
        return [(validate.one_line(link["name"]), validate.one_line(link["address"])) for link in links]
    except (TypeError, KeyError, AttributeError) as error:
        raise Invalid(field, f"Each {kind} should be an object with a name and an address.") from error
