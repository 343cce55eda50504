"""Draw cards: some after a change, as outbox jobs, or all at once in several processes."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import NamedTuple

from flask import current_app

from blog.config import Settings
from blog.core.errors import Unavailable
from blog.core.outbox import Handler
from blog.core.posts import share_items, taxonomy
from blog.core.posts.share_items import ShareItem
from blog.extensions import db
from blog.social.cards import files as card_files
from blog.social.cards import image
from blog.social.cards.files import CardFile
from blog.social.cards.image import Card
from blog.web import templating
from blog.worker_pool import map_in_order

# Cards sent to a process at once.
BATCH_SIZE = 4
# Starting a process takes longer than drawing fewer cards than this.
POOL_THRESHOLD = 12
# When the site's colour or name changes, the cards of this many newest posts are drawn soon; others on request.
SITE_CHANGE_LIMIT = 20

Progress = Callable[[Iterable[bool], int], Iterable[bool]]


class DrawResult(NamedTuple):
    """Counts: all cards, those drawn now, old files removed, cards that could not be stored."""

    cards: int
    drawn: int
    removed: int
    failed: int


def draw_all(settings: Settings, progress: Progress, *, anew: bool) -> DrawResult:
    """Draw the cards of everything public (without `anew` the missing ones only), and remove outdated files."""
    settings.cards.mkdir(exist_ok=True)
    cards = {card_file.name: card_file.card for card_file in all_cards()}
    stored = {entry.name for entry in os.scandir(settings.cards)}
    todo = [(settings.cards / name, card) for name, card in cards.items() if anew or name not in stored]
    drawn = sum(progress(_draw_and_store(todo, settings.media), len(todo)))
    outdated = stored - cards.keys()
    for name in outdated:
        (settings.cards / name).unlink(missing_ok=True)
    return DrawResult(len(cards), drawn, len(outdated), len(todo) - drawn)


def missing_cards(about: str) -> list[str]:
    """Return the file names of the cards that a job asks for and that are missing."""
    settings = templating.machine_settings()
    with current_app.app_context():  # the site as it is now, not as it was when this process started
        cards = list(_cards_for_job(about))
    return [card.name for card in cards if not (settings.cards / card.name).exists()]


def _cards_for_job(about: str) -> Iterator[CardFile]:
    kind, _, number = about.partition(":")
    if kind == "site":
        yield card_files.card_of_site()
        yield from map(card_of_share_item, share_items.all_items(SITE_CHANGE_LIMIT))
    elif post := share_items.share_item(int(number)):
        yield card_of_share_item(post)
        yield from (card_files.card_of_tag(*tag) for tag in share_items.tags(int(number)))


def draw_card(_target: str, name: str) -> None:
    """Draw the card that a file name stands for, if its post or tag is still public."""
    with current_app.app_context():
        card = card_files.current_card(name)
        db.session.remove()
        if card:
            card_files.read_or_draw(card)


HANDLER = Handler(missing_cards, draw_card)


def card_of_share_item(post: ShareItem) -> CardFile:
    """Return the card of a post or page, with the name of its author or else the site's author."""
    return card_files.card_of_post(post, post.author_name or templating.site().author)


def all_cards() -> Iterator[CardFile]:
    yield card_files.card_of_site()
    yield from (card_files.card_of_tag(tag.name, tag.slug) for tag in taxonomy.tags())
    yield from map(card_of_share_item, share_items.all_items())


def _draw_and_store(todo: list[tuple[Path, Card]], media: Path) -> Iterator[bool]:
    """Yield for each card whether it could be stored."""
    alone = 0 if len(todo) >= POOL_THRESHOLD else POOL_THRESHOLD
    try:
        yield from map(bool, map_in_order(partial(_draw, media), todo, batch_size=BATCH_SIZE, alone=alone))
    except BrokenProcessPool as error:
        raise Unavailable("A process that draws cards was ended from outside; what it drew is kept.") from error


def _draw(media: Path, task: tuple[Path, Card]) -> bool:
    file, card = task
    return card_files.store(file, image.draw(card, media))
