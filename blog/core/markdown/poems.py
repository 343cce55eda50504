"""Poems: a code fence named `poem` becomes stanzas whose lines stay, with Markdown in them. Pure."""

from collections.abc import Iterator
from itertools import groupby

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

TAB = 4
NO_BREAK = "\N{NO-BREAK SPACE}"


def poem_rule(state: StateCore) -> None:
    """Replace each fence named poem by its stanzas (a markdown-it core rule)."""
    tokens: list[Token] = []
    for token in state.tokens:
        is_poem = token.type == "fence" and token.info.split()[:1] == ["poem"]
        tokens += _poem_tokens(token) if is_poem else [token]
    state.tokens = tokens


def _poem_tokens(fence: Token) -> list[Token]:
    level = fence.level
    opening, closing = Token("poem_open", "div", 1), Token("poem_close", "div", -1)
    opening.attrs, opening.map = {"class": "poem"}, fence.map
    tokens = [opening]
    for stanza in _stanzas(fence.content):
        start, text, end = Token("paragraph_open", "p", 1), Token("inline", "", 0), Token("paragraph_close", "p", -1)
        text.content, text.children, text.map = stanza, [], fence.map
        start.meta["verse"] = level == 0
        start.level, text.level, end.level = level + 1, level + 2, level + 1
        tokens += [start, text, end]
    opening.level = closing.level = level
    tokens.append(closing)
    for token in tokens:
        token.block = True
    return tokens if len(tokens) > 2 else []


def _stanzas(text: str) -> Iterator[str]:
    """Yield each stanza with hard line breaks and indents that Markdown and feeds keep."""
    for has_text, lines in groupby(text.expandtabs(TAB).split("\n"), key=lambda line: bool(line.strip())):
        if has_text:
            yield "  \n".join(map(_keep_indent, lines))


def _keep_indent(line: str) -> str:
    """Return a line whose indent is made of no-break spaces, which do not collapse."""
    words = line.lstrip(" ")
    return NO_BREAK * (len(line) - len(words)) + words.rstrip(" ")
