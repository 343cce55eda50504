"""Poems: fences of that name, whose lines are kept, with Markdown in them. Pure."""

from collections.abc import Iterator
from itertools import groupby

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

TAB = 4
NO_BREAK = "\N{NO-BREAK SPACE}"


def poems(state: StateCore) -> None:
    """A fence named poem becomes its stanzas: lines that end where they end, with Markdown in them."""
    tokens: list[Token] = []
    for token in state.tokens:
        poem = token.type == "fence" and token.info.split()[:1] == ["poem"]
        tokens += _poem(token) if poem else [token]
    state.tokens = tokens


def _poem(fence: Token) -> list[Token]:
    level = fence.level
    opening, closing = Token("poem_open", "div", 1), Token("poem_close", "div", -1)
    opening.attrs, opening.map = {"class": "poem"}, fence.map
    made = [opening]
    for stanza in _stanzas(fence.content):
        start, text, end = Token("paragraph_open", "p", 1), Token("inline", "", 0), Token("paragraph_close", "p", -1)
        text.content, text.children, text.map = stanza, [], fence.map
        start.meta["verse"] = level == 0
        start.level, text.level, end.level = level + 1, level + 2, level + 1
        made += [start, text, end]
    opening.level = closing.level = level
    for token in [*made, closing]:
        token.block = True
    return [*made, closing] if len(made) > 1 else []


def _stanzas(text: str) -> Iterator[str]:
    """Each stanza, its lines ended and indented by marks that Markdown and feeds keep."""
    for filled, lines in groupby(text.expandtabs(TAB).split("\n"), key=lambda line: bool(line.strip())):
        if filled:
            yield "  \n".join(map(_indented, lines))


def _indented(line: str) -> str:
    """A line whose indent is of spaces that do not collapse."""
    words = line.lstrip(" ")
    return NO_BREAK * (len(line) - len(words)) + words.rstrip(" ")
