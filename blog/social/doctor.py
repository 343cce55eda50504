"""Check social cards for `doctor`: whether they are drawn, and whether fonts for them are installed."""

import os
from collections.abc import Iterator
from contextlib import suppress

from blog.core import outbox
from blog.core.doctor.findings import Findings, join_names, note, ok
from blog.core.posts import share_items
from blog.core.posts.share_items import ShareItem
from blog.core.text.amounts import count_of
from blog.models.outbox import CARD
from blog.social.cards import fonts, image, jobs
from blog.social.cards.files import CardFile
from blog.web import templating

# A quick check, for somebody who waits, covers the cards of this many newest posts.
QUICK_LIMIT = 1000


def check_cards(thorough: bool) -> Findings:
    """Check cards and, if any was ever drawn, fonts and the library that joins and orders letters."""
    stored = _stored_names()
    if not stored:
        return
    yield from check_fonts()
    missing = [post for post, card in _public_cards(thorough) if card.name not in stored]
    if missing and not outbox.has_waiting(CARD):
        yield note(
            f"{count_of(len(missing), 'card is', 'cards are')} not drawn yet; each is when it is first asked for.",
            "`broadsheet doctor --fix` has them drawn soon, `broadsheet cards --missing` at once.",
        )
    if thorough and (old := sorted(stored - {card.name for card in jobs.all_cards()})):
        yield note(
            f"{count_of(len(old), 'card belongs', 'cards belong')} to nothing that is public: {join_names(old)}.",
            "`broadsheet cards` draws all anew and removes these.",
        )


def check_fonts() -> Findings:
    """Check whether titles in every script can be drawn."""
    missing = fonts.missing_packages()
    if missing:
        yield note(
            "Cards of shared links lack fonts: titles in some scripts would have gaps.",
            f"`apt install {' '.join(missing)}` brings them.",
        )
    else:
        yield ok("There are fonts for cards in nearly every script.")
    if not image.can_shape_text():
        yield note(
            "Cards in Arabic, Hebrew or Indian scripts would be wrong: letters cannot be joined here.",
            "`apt install libfribidi0` brings what joins them.",
        )


def request_missing() -> Iterator[str]:
    """Put missing cards into the outbox, if any card was ever drawn; yield what was done."""
    stored = _stored_names()
    if stored and not outbox.has_waiting(CARD):
        missing = [(post.kind, post.slug) for post, card in _public_cards(thorough=True) if card.name not in stored]
        if missing:
            outbox.request_cards(missing)
            yield f"Asked for {count_of(len(missing), 'card')} to be drawn: `serve` does it soon, or `broadsheet tick`."


def _stored_names() -> set[str]:
    settings = templating.machine_settings()
    with suppress(OSError), os.scandir(settings.cards) as entries:
        return {entry.name for entry in entries if not entry.name.startswith(".")}
    return set()


def _public_cards(thorough: bool) -> Iterator[tuple[ShareItem, CardFile]]:
    """Yield public posts and pages with their cards: all if `thorough`, else the newest."""
    for post in share_items.all_items(None if thorough else QUICK_LIMIT):
        yield post, jobs.card_of_share_item(post)
