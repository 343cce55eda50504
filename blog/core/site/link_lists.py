"""Lists of links that settings hold: a name and an address each. Pure."""

import json
import re
from collections.abc import Callable
from typing import Any

from blog.core.errors import Invalid
from blog.core.text import validate
from blog.models.json_types import NamedLink

MAX_LINKS = 30
# A path of this site: no second stroke, with which the name of another one would begin.
SITE_PATH = re.compile(r"/(?![/\\])[^\s\"<>\\^`{|}\x00-\x1f\x7f]{0,1999}")
MAILTO = re.compile(r"mailto:[^\s@\"<>]+@[^\s@\"<>]+")


def link_parser(field: str, kind: str, example: str, *, paths: bool = False) -> Callable[[str], list[NamedLink]]:
    """What reads a setting of links: JSON, or “Name address” on lines or between semicolons. It raises Invalid.

    `paths` allows addresses of this site that begin with a stroke.
    """

    def read(text: str) -> list[NamedLink]:
        pairs = _given(field, kind, text)
        if len(pairs) > MAX_LINKS:
            raise Invalid(field, f"{len(pairs)} {kind}s were given; {MAX_LINKS} are allowed.")
        return [link(name, address) for name, address in pairs]

    def link(name: str, address: str) -> NamedLink:
        if not name or len(name) > 80:
            shown = f"{name} {address}".strip()[:80]
            raise Invalid(field, f"“{shown}” should be a name and an address, like: {example}")
        if MAILTO.fullmatch(address) or (paths and SITE_PATH.fullmatch(address)):
            return {"name": name, "address": address}
        return {"name": name, "address": validate.http_url(address, field)}

    return read


def format_links(links: list[NamedLink], between: str = "; ") -> str:
    """Links as people write them."""
    return between.join(f"{link['name']} {link['address']}" for link in links)


def parse_json_list(field: str, text: str) -> list[Any] | None:
    """The list that a program gave as JSON; None when people wrote the value. Raises Invalid."""
    if not text.lstrip().startswith("["):
        return None
    try:
        return list(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Invalid(field, f"The value of {field} looks like JSON and cannot be read as it.") from error


def _given(field: str, kind: str, text: str) -> list[tuple[str, str]]:
    parts = parse_json_list(field, text)
    if parts is None:
        lines = [validate.one_line(part) for part in re.split(r"[\n;]+", text) if part.strip()]
        return [(name, address) for name, _, address in (line.rpartition(" ") for line in lines)]
    try:
        return [(validate.one_line(part["name"]), validate.one_line(part["address"])) for part in parts]
    except (TypeError, KeyError, AttributeError) as error:
        raise Invalid(field, f"Each {kind} should be an object with a name and an address.") from error
