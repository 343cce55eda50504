"""What is wrong with a stylesheet that an owner wrote: the lines that browsers skip. Pure.

Browsers never refuse a stylesheet, they leave out what they cannot read (CSS Syntax Module Level 3); so do we. This
tells what that is.
"""

from collections.abc import Iterator
from typing import Any

import tinycss2

# Stands after the owner's own: where it is swallowed, something before it was never closed.
END_MARKER = "\nbroadsheet-end {}"
MAX_FAULTS = 20
SKIPPED = "browsers skip what begins here ({})."
OPEN = "something that begins here is never closed."


def find_faults(css: str) -> list[tuple[int, str]]:
    """The first faults of a stylesheet: the line, and what is wrong there."""
    try:
        rules = tinycss2.parse_stylesheet(css + END_MARKER, skip_whitespace=True)
        found = sorted({fault for rule in rules for fault in _of_rule(rule)})
    except RecursionError:
        return [(1, "it is nested too deep to be read.")]
    last = rules[-1]
    if last.type != "qualified-rule" or tinycss2.serialize(last.prelude).strip() != "broadsheet-end":
        found.append((last.source_line, OPEN))
    return found[:MAX_FAULTS]


def _of_rule(node: Any) -> Iterator[tuple[int, str]]:
    """The faults of a rule or declaration, and of what is within it."""
    if node.type == "error":
        yield node.source_line, SKIPPED.format(node.message.rstrip("."))
        return
    if node.type == "comment":
        return
    for token in [*getattr(node, "prelude", []), *getattr(node, "value", [])]:
        yield from _of_token(token)
    if node.type == "at-rule" and node.lower_at_keyword == "import":
        yield node.source_line, "@import works only at the beginning of a stylesheet, and this one follows another."
    for inner in tinycss2.parse_blocks_contents(getattr(node, "content", None) or [], skip_whitespace=True):
        yield from _of_rule(inner)


def _of_token(token: Any) -> Iterator[tuple[int, str]]:
    address = token.value if token.type == "url" else ""
    for inner in [*getattr(token, "arguments", []), *(getattr(token, "content", None) or [])]:
        yield from _of_token(inner)
        if token.type == "function" and token.lower_name == "url" and inner.type == "string":
            address = inner.value
    if token.type == "error":
        yield token.source_line, SKIPPED.format(token.message.rstrip("."))
    if address.startswith(("//", "http:", "https:")):
        yield token.source_line, f"“{address[:60]}” lies elsewhere: readers’ browsers load nothing from other sites."
