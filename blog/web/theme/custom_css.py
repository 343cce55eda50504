"""Find the lines of custom.css that browsers skip. Pure.

Browsers never refuse a stylesheet; they leave out what they cannot parse (CSS Syntax Module Level 3). So do we, and
this module says what is left out.
"""

from collections.abc import Iterator
from typing import Any

import tinycss2

# Added after the owner's rules: if it is not parsed as a rule, something before it was never closed.
END_MARKER = "\nbroadsheet-end {}"
MAX_FAULTS = 20
SKIPPED = "browsers skip what begins here ({})."
OPEN = "something that begins here is never closed."


def find_faults(css: str) -> list[tuple[int, str]]:
    """Return the first faults of a stylesheet, as (line, message)."""
    try:
        rules = tinycss2.parse_stylesheet(css + END_MARKER, skip_whitespace=True)
        faults = sorted({fault for rule in rules for fault in _rule_faults(rule)})
    except RecursionError:
        return [(1, "it is nested too deep to be read.")]
    last = rules[-1]
    if last.type != "qualified-rule" or tinycss2.serialize(last.prelude).strip() != "broadsheet-end":
        faults.append((last.source_line, OPEN))
    return faults[:MAX_FAULTS]


def _rule_faults(node: Any) -> Iterator[tuple[int, str]]:
    """Yield the faults of a rule or declaration, and of those within it."""
    if node.type == "error":
        yield node.source_line, SKIPPED.format(node.message.rstrip("."))
        return
    if node.type == "comment":
        return
    for token in [*getattr(node, "prelude", []), *getattr(node, "value", [])]:
        yield from _token_faults(token)
    if node.type == "at-rule" and node.lower_at_keyword == "import":
        yield node.source_line, "@import works only at the beginning of a stylesheet, and this one follows another."
    for inner in tinycss2.parse_blocks_contents(getattr(node, "content", None) or [], skip_whitespace=True):
        yield from _rule_faults(inner)


def _token_faults(token: Any) -> Iterator[tuple[int, str]]:
    url = token.value if token.type == "url" else ""
    for inner in [*getattr(token, "arguments", []), *(getattr(token, "content", None) or [])]:
        yield from _token_faults(inner)
        if token.type == "function" and token.lower_name == "url" and inner.type == "string":
            url = inner.value
    if token.type == "error":
        yield token.source_line, SKIPPED.format(token.message.rstrip("."))
    if url.startswith(("//", "http:", "https:")):
        yield token.source_line, f"“{url[:60]}” lies elsewhere: readers’ browsers load nothing from other sites."
