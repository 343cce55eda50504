"""Cut the title and text of a shared link as each network does, and warn its author. Pure.

Networks do not publish their limits and change them; these are roughly what a telephone shows.
"""

from collections.abc import Iterator
from typing import NamedTuple

from blog.core.text.words import graphemes, shorten

CARD_WIDTH, CARD_HEIGHT = 1200, 630
# Network -> roughly how many characters of the title and of the summary it shows.
TEXT_LIMITS = {
    "X": (70, 0),
    "Facebook": (80, 100),
    "LinkedIn": (100, 0),
    "Bluesky": (110, 150),
    "Mastodon": (90, 130),
    "WhatsApp": (70, 80),
    "Telegram": (120, 170),
    "Search": (60, 155),
}


class NetworkPreview(NamedTuple):
    """The text that a network shows with the image; `description` is empty if the network shows none."""

    network: str
    title: str
    description: str


def network_previews(title: str, description: str) -> list[NetworkPreview]:
    """Return the link as each network shows it."""
    return [
        NetworkPreview(network, shorten(title, title_limit), shorten(description, text_limit) if text_limit else "")
        for network, (title_limit, text_limit) in TEXT_LIMITS.items()
    ]


def warnings(
    title: str, summary: str, site_url: str, *,
    cover: tuple[int, int] | None, undrawable: str, public: bool, unlisted: bool, local: bool,
) -> Iterator[str]:  # fmt: skip
    """Yield sentences about what the author may want to change in a post.

    `cover` is the size of the cover picture in pixels, no font draws the `undrawable` letters, and no network can reach
    a `local` site.
    """
    length = len(graphemes(title))
    shortest = min(limit for limit, _ in TEXT_LIMITS.values())
    if length > shortest:
        cutting = [network for network, (limit, _) in TEXT_LIMITS.items() if length > limit]
        yield f"The title has {length} characters: {', '.join(cutting)} will cut it."
    if not summary:
        yield "There is no summary: networks show the opening words of the text."
    if cover and (cover[0] < CARD_WIDTH or cover[1] < CARD_HEIGHT):
        width, height = cover
        yield f"The cover picture has {width} x {height} pixels; drawn to {CARD_WIDTH} x {CARD_HEIGHT} it is blurred."
    if undrawable:
        letters = " ".join(undrawable[:10])
        yield f"No font here draws {letters}: the card leaves it out. `broadsheet doctor` says what to install."
    if not public:
        yield "Nobody can read this yet: a shared link would show nothing."
    if unlisted:
        yield "It is unlisted: search engines are asked to leave it out; shared links look as they should."
    if local:
        yield f"Networks cannot reach {site_url}: set BLOG_SITE_URL to the address that readers use."
