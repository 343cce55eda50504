"""Whether cards can be drawn as they should be: what `doctor` says of fonts."""

from collections.abc import Iterator

from blog.core.doctor import Finding
from blog.social import cards, fonts


def examine() -> Iterator[Finding]:
    """Look for fonts, and for what joins and orders letters."""
    missing = fonts.missing()
    if missing:
        yield Finding(
            "note", "Cards of shared links lack fonts: titles in some scripts would have gaps.",
            f"apt install {' '.join(missing)}",
        )  # fmt: skip
    else:
        yield Finding("good", "There are fonts for cards in nearly every script.")
    if not cards.shapes():
        yield Finding(
            "note", "Cards in Arabic, Hebrew or Indian scripts would be wrong: letters cannot be joined here.",
            "apt install libfribidi0",
        )  # fmt: skip
