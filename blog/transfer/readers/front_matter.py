"""Split a text file into front matter and body. Pure.

YAML between `---` lines (Jekyll, Hugo), TOML between `+++` lines (Hugo), or `Key: value` lines (Pelican).
"""

import re
import tomllib
from typing import Any, NamedTuple

import yaml

MAX_LENGTH = 64 * 1024
# The fields that may begin a Pelican file.
PELICAN = re.compile(
    r"(title|date|modified|category|tags|slug|authors?|summary|status|lang|template|save_as|url)\s*:", re.IGNORECASE
)
PELICAN_LINE = re.compile(r"([A-Za-z][\w-]*)\s*:[ \t]*(.*)")


class InvalidFile(Exception):
    """A text file that cannot be used; `line` counts from 1, None stands for the whole file."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class ParsedText(NamedTuple):
    """Front matter and body; `style` is yaml, toml or pelican, `first_line` the line where the body begins."""

    fields: dict[str, Any]
    body: str
    style: str
    first_line: int


def split(text: str) -> ParsedText | None:
    """Return front matter and body; None without front matter. Raises InvalidFile."""
    lines = text.split("\n")
    first = lines[0].rstrip()
    if first in ("---", "+++"):
        end = next((number for number, line in enumerate(lines) if number and line.rstrip() in (first, "...")), None)
        if end is None or (first == "+++" and lines[end].rstrip() != first):
            raise InvalidFile(f"The front matter opened by “{first}” in line 1 is never closed.", 1)
        source = "\n".join(lines[1:end])
        if len(source) > MAX_LENGTH:
            raise InvalidFile("The front matter has more than 64 kB; is the closing line missing?", 1)
        fields = _yaml(source) if first == "---" else _toml(source)
        style = "yaml" if first == "---" else "toml"
        return ParsedText(fields, "\n".join(lines[end + 1 :]).lstrip("\n"), style, _first_line_from(lines, end + 1))
    return _pelican(lines) if PELICAN.match(first) else None


def _first_line_from(lines: list[str], number: int) -> int:
    while number < len(lines) and not lines[number]:
        number += 1
    return number + 1


def _yaml(source: str) -> dict[str, Any]:
    try:
        # The base loader makes only strings, lists and mappings: no objects, and "No" stays a word.
        fields = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise InvalidFile(f"The front matter is not YAML: {error.problem}.", line) from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise InvalidFile("The front matter is not YAML.", 1) from error
    if fields in ("", None):
        return {}
    if not isinstance(fields, dict):
        raise InvalidFile("The front matter should hold “key: value” lines.", 2)
    return _lower_keys(fields)


def _toml(source: str) -> dict[str, Any]:
    try:
        return _lower_keys(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise InvalidFile(f"The front matter is not TOML: {error}.", int(line[1]) + 1 if line else 1) from error
    except (ValueError, RecursionError) as error:
        raise InvalidFile("The front matter is not TOML that can be read.", 1) from error


def _lower_keys(fields: dict[Any, Any]) -> dict[str, Any]:
    return {str(key).strip().lower(): value for key, value in fields.items()}


def _pelican(lines: list[str]) -> ParsedText:
    fields: dict[str, Any] = {}
    key = ""
    number = 0
    for number, line in enumerate([*lines, ""]):  # noqa: B007  (its last value is where the body begins)
        match = PELICAN_LINE.match(line)
        if match and not line[0].isspace():
            key = match[1].lower()
            fields[key] = match[2].strip()
        elif key and line[:1].isspace() and line.strip():
            fields[key] = f"{fields[key]} {line.strip()}"
        else:
            break
    return ParsedText(fields, "\n".join(lines[number:]).lstrip("\n"), "pelican", _first_line_from(lines, number))
