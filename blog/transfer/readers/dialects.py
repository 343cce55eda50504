"""What other systems write into Markdown that is not Markdown. Pure."""

import re
from collections.abc import Iterator

SITE_ADDRESS = re.compile(r"\{\{\s*site\.(?:baseurl|url)\s*\}\}")
RELATIVE = re.compile(r"""\{\{\s*["']([^"'{}]+)["']\s*\|\s*(?:relative_url|absolute_url|prepend:\s*site\.\w+)\s*\}\}""")
# What cannot be understood stays in the text, and is named.
UNSUPPORTED = {
    "a Hugo shortcode": re.compile(r"\{\{[<%]"),
    "a Liquid tag": re.compile(r"\{%|\{\{(?![<%])"),
    "a Kramdown attribute": re.compile(r"\{:\s*[.#\w]"),
    "a Pelican link": re.compile(r"\{(?:filename|attach|static|author|category|tag)\}"),
}


def replace_site_urls(body: str) -> str:
    """The text with what Jekyll would fill in for the site's own address filled in."""
    return RELATIVE.sub(r"\1", SITE_ADDRESS.sub("", body))


def unsupported_syntax(body: str, code: set[int]) -> Iterator[tuple[str, int]]:
    """What stays in the text although it means something elsewhere, with its line (from 0); code does not count."""
    for number, line in enumerate(body.split("\n")):
        if number not in code:
            plain = re.sub(r"`[^`]*`", "", line)
            yield from ((what, number) for what, pattern in UNSUPPORTED.items() if pattern.search(plain))
