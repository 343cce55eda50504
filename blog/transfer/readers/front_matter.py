"""Split a text file into what is said about the text, and the text. Pure.

YAML between `---` lines (Jekyll, Hugo), TOML between `+++` lines (Hugo), or `Key: value` lines (Pelican).
"""

import re
import tomllib
from dataclasses import dataclass
from typing import Any

import yaml

MAX_LENGTH = 64 * 1024
# The words with which Pelican's authors begin a file.
PELICAN = re.compile(
    r"(title|date|modified|category|tags|slug|authors?|summary|status|lang|template|save_as|url)\s*:", re.IGNORECASE
)
PELICAN_LINE = re.compile(r"([A-Za-z][\w-]*)\s*:[ \t]*(.*)")


class InvalidFrontMatter(Exception):
    """Front matter that cannot be read; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class ParsedText:
    """A text and what is said about it; `style` is yaml, toml or pelican, `first_line` where the text begins."""

    head: dict[str, Any]
    body: str
    style: str
    first_line: int


def split(text: str) -> ParsedText | None:
    """The front matter and the text, or None when there is no front matter. Raises BadHead."""
    lines = text.split("\n")
    first = lines[0].rstrip()
    if first in ("---", "+++"):
        end = next((number for number, line in enumerate(lines) if number and line.rstrip() in (first, "...")), None)
        if end is None or (first == "+++" and lines[end].rstrip() != first):
            raise InvalidFrontMatter(f"The front matter opened by “{first}” in line 1 is never closed.", 1)
        source = "\n".join(lines[1:end])
        if len(source) > MAX_LENGTH:
            raise InvalidFrontMatter("The front matter has more than 64 kB; is the closing line missing?", 1)
        head = _yaml(source) if first == "---" else _toml(source)
        style = "yaml" if first == "---" else "toml"
        return ParsedText(head, "\n".join(lines[end + 1 :]).lstrip("\n"), style, _first_line_from(lines, end + 1))
    return _pelican(lines) if PELICAN.match(first) else None


def _first_line_from(lines: list[str], number: int) -> int:
    while number < len(lines) and not lines[number]:
        number += 1
    return number + 1


def _yaml(source: str) -> dict[str, Any]:
    try:
        # The base loader knows texts, lists and mappings only: no objects, and "No" stays a word.
        head = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise InvalidFrontMatter(f"The front matter is not YAML: {error.problem}.", line) from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise InvalidFrontMatter("The front matter is not YAML.", 1) from error
    if head in ("", None):
        return {}
    if not isinstance(head, dict):
        raise InvalidFrontMatter("The front matter should hold “key: value” lines.", 2)
    return _lower_keys(head)


def _toml(source: str) -> dict[str, Any]:
    try:
        return _lower_keys(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise InvalidFrontMatter(f"The front matter is not TOML: {error}.", int(at[1]) + 1 if at else 1) from error
    except (ValueError, RecursionError) as error:
        raise InvalidFrontMatter("The front matter is not TOML that can be read.", 1) from error


def _lower_keys(head: dict[Any, Any]) -> dict[str, Any]:
    return {str(key).strip().lower(): value for key, value in head.items()}


def _pelican(lines: list[str]) -> ParsedText:
    head: dict[str, Any] = {}
    key = ""
    number = 0
    for number, line in enumerate([*lines, ""]):  # noqa: B007  (its last value is where the text begins)
        match = PELICAN_LINE.match(line)
        if match and not line[0].isspace():
            key = match[1].lower()
            head[key] = match[2].strip()
        elif key and line[:1].isspace() and line.strip():
            head[key] = f"{head[key]} {line.strip()}"
        else:
            break
    return ParsedText(head, "\n".join(lines[number:]).lstrip("\n"), "pelican", _first_line_from(lines, number))
