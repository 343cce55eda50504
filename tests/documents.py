"""The documentation as tests read it: its pages, and their tables, code, links and anchors."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
from markdown_it import MarkdownIt
from markdown_it.token import Token

from blog import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(str(file.relative_to(ROOT)) for file in (ROOT / "docs").glob("*.md"))]
HEREDOC = re.compile(r"<<(\w+)$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and its text; the language of an indented one is empty."""

    language: str
    text: str


@cache
def text_of(page: str) -> str:
    """Return the source of a page, by its path in the repository."""
    return (ROOT / page).read_text("utf-8")


@cache
def _tokens(page: str) -> Sequence[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text_of(page))


def section(page: str, heading: str) -> str:
    """Return the source below the heading of this text, up to the next heading of its level or of a higher one."""
    lines, places = text_of(page).splitlines(keepends=True), _headings(page)
    level, _, start = next(each for each in places if each[1] == heading)
    ends = [first for other, _, first in places if first > start and other <= level]
    return "".join(lines[start + 1 : ends[0] if ends else None])


def headings(page: str, level: int = 0) -> list[str]:
    """Return the texts of a page's headings as they are written, of one level or of all."""
    return [text for of, text, _ in _headings(page) if level in (0, of)]


def _headings(page: str) -> list[tuple[int, str, int]]:
    """Return the level, the text and the line of each heading."""
    tokens = _tokens(page)
    return [
        (int(token.tag[1]), tokens[place + 1].content, (token.map or [0])[0])
        for place, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def anchors(page: str) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    found: dict[str, int] = {}
    for heading in headings(page):
        anchor = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).lower()).replace(" ", "-")
        found[anchor] = found.get(anchor, -1) + 1
    return {f"{anchor}-{number}" if number else anchor for anchor, most in found.items() for number in range(most + 1)}


def blocks(page: str) -> list[Block]:
    """Return the code blocks of a page."""
    return [Block(token.info, token.content) for token in _tokens(page) if token.type in ("fence", "code_block")]


def code_spans(page: str) -> list[str]:
    """Return what stands between backticks in the text of a page."""
    return [child.content for child in _inline(page) if child.type == "code_inline"]


def targets(page: str) -> list[str]:
    """Return where the links of a page lead, and where its pictures are."""
    found = [child.attrGet("href") or child.attrGet("src") for child in _inline(page)]
    return [str(target) for target in found if target]


def _inline(page: str) -> Iterator[Token]:
    for token in _tokens(page):
        yield from token.children or []


def rows(source: str, first_header: str) -> list[list[str]]:
    """Return the cells of all tables whose first column has this header."""
    found: list[list[str]] = []
    inside = False
    for line in source.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells:
            inside = False
        elif inside:
            found += [] if set(cells[0]) == {"-"} else [cells]
        else:
            inside = cells[0] == first_header
    return found


def shell_commands(page: str) -> list[str]:
    """Return the commands of a page's shell blocks; one that goes on in further lines, or has an input, is one."""
    found: list[str] = []
    for block in blocks(page):
        lines = iter(block.text.replace("\\\n", " ").splitlines() if block.language == "sh" else [])
        for line in lines:
            end = HEREDOC.search(line)
            found.append(line)
            while end and next(lines) != end[1]:
                pass
    return found


def arguments(line: str) -> list[str] | None:
    """Return what a line gives to `broadsheet`, without the instance folder; None if it does not call it."""
    words = shlex.split(line)
    calls = [place for place, word in enumerate(words) if word.endswith("/bin/broadsheet")]
    alone = 3 if words[:2] == ["docker", "exec"] else 0
    calls += [alone] if words[alone : alone + 1] == ["broadsheet"] else []
    if not calls:
        return None
    place = calls[0]
    given = words[place + 1 :]
    return given[2:] if given[:1] == ["--instance"] else given


def called(given: Sequence[str]) -> str:
    """Return the name of the command that is called, like `user add`. Raises click's errors for wrong options."""
    context, names, rest = click.Context(cli.broadsheet), list[str](), list(given)
    command: click.Command | None = cli.broadsheet
    while isinstance(command, click.Group):
        names.append(rest.pop(0))
        command = command.get_command(context, names[-1])
        assert command is not None, given
    assert command is not None
    command.make_context(names[-1], rest)
    return " ".join(names)


def commands() -> dict[str, click.Command]:
    """Return all commands by their names, like `user add`."""
    context = click.Context(cli.broadsheet)
    found: dict[str, click.Command] = {}
    for name in cli.COMMANDS:
        command = cli.broadsheet.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": each for below, each in command.commands.items()}
        else:
            found[name] = command
    return found


def options(command: click.Command) -> set[str]:
    """Return the long options of a command."""
    return {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
