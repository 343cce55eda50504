"""Syntax that other systems add to Markdown. Pure."""

import re
from collections.abc import Iterator

SITE_ADDRESS = re.compile(r"\{\{\s*site\.(?:baseurl|url)\s*\}\}")
RELATIVE = re.compile(r"""\{\{\s*["']([^"'{}]+)["']\s*\|\s*(?:relative_url|absolute_url|prepend:\s*site\.\w+)\s*\}\}""")
# Syntax that stays in the text, with a note in the report.
UNSUPPORTED = {
    "a Hugo shortcode": re.compile(r"\{\{[<%]"),
    "a Liquid tag": re.compile(r"\{%|\{\{(?![<%])"),
    "a Kramdown attribute": re.compile(r"\{:\s*[.#\w]"),
    "a Pelican link": re.compile(r"\{(?:filename|attach|static|author|category|tag)\}"),
}


def replace_site_urls(body: str) -> str:
    """Fill in the site's address where Jekyll would."""
    return RELATIVE.sub(r"\1", SITE_ADDRESS.sub("", body))


def unsupported_syntax(body: str, code: set[int]) -> Iterator[tuple[str, int]]:
    """Yield the name and line number (from 0) of syntax that stays in the text; lines in `code` are skipped."""
    for number, line in enumerate(body.split("\n")):
        if number not in code:
            plain = re.sub(r"`[^`]*`", "", line)
            yield from ((name, number) for name, pattern in UNSUPPORTED.items() if pattern.search(plain))
