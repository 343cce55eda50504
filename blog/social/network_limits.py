"""How a shared link will look: title and text as each network cuts them, and what an author may want to mend. Pure.

The networks publish no limits and change them; these are about what a telephone shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from blog.core.text.words import graphemes, shorten

CARD_WIDTH, CARD_HEIGHT = 1200, 630
# Network -> about how many characters of the title and of the summary it shows.
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


@dataclass(frozen=True)
class NetworkPreview:
    """What a network shows beside the picture; `description` is empty where it shows none."""

    network: str
    title: str
    description: str


@dataclass(frozen=True)
class PreviewInput:
    """What decides how a link looks. `cover` is width and height in pixels, if there is a cover picture."""

    title: str
    summary: str
    public: bool
    unlisted: bool
    site_url: str
    cover: tuple[int, int] | None
    unwritten: str  # letters that no font here draws


def network_previews(title: str, description: str) -> list[NetworkPreview]:
    """The link as each network shows it."""
    return [
        NetworkPreview(network, shorten(title, of_title), shorten(description, of_text) if of_text else "")
        for network, (of_title, of_text) in TEXT_LIMITS.items()
    ]


def warnings(shown: PreviewInput, *, local: bool) -> Iterator[str]:
    """What an author may want to mend, each a sentence; `local` says that no network can reach the site."""
    length = len(graphemes(shown.title))
    shortest = min(of_title for of_title, _ in TEXT_LIMITS.values())
    if length > shortest:
        cutting = [network for network, (of_title, _) in TEXT_LIMITS.items() if length > of_title]
        yield f"The title has {length} characters: {', '.join(cutting)} will cut it."
    if not shown.summary:
        yield "There is no summary: networks show the opening words of the text."
    if shown.cover and (shown.cover[0] < CARD_WIDTH or shown.cover[1] < CARD_HEIGHT):
        width, height = shown.cover
        yield f"The cover picture has {width} x {height} pixels; drawn to {CARD_WIDTH} x {CARD_HEIGHT} it is blurred."
    if shown.unwritten:
        letters = " ".join(shown.unwritten[:10])
        yield f"No font here draws {letters}: the card leaves it out. `broadsheet doctor` says what to install."
    if not shown.public:
        yield "Nobody can read this yet: a shared link would show nothing."
    if shown.unlisted:
        yield "It is unlisted: search engines are asked to leave it out; shared links look as they should."
    if local:
        yield f"Networks cannot reach {shown.site_url}: set BLOG_SITE_URL to the address that readers use."
