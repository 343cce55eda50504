"""Draw cards: some after a change, as outbox jobs, or all at once in several processes."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from flask import current_app

from blog.config import Settings
from blog.core.db.batches import batches
from blog.core.errors import Unavailable
from blog.core.outbox import Handler
from blog.core.posts import share_items, taxonomy
from blog.core.posts.share_items import ShareItem
from blog.extensions import db
from blog.processes import block_interrupt, process_pool
from blog.social.cards import files as card_files
from blog.social.cards import image
from blog.social.cards.files import CardFile
from blog.social.cards.image import Card
from blog.web import templating

# Cards sent to a process at once, and batches that wait for each process.
BATCH_SIZE = 4
BATCHES_PER_PROCESS = 3
# Starting a process takes longer than drawing fewer cards than this.
POOL_THRESHOLD = 12
MAX_PROCESSES = 8
# When the site's colour or name changes, the cards of this many newest posts are drawn soon; others on request.
SITE_CHANGE_LIMIT = 20

Progress = Callable[[Iterable[bool], int], Iterable[bool]]


@dataclass(frozen=True)
class DrawResult:
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
    if len(todo) < POOL_THRESHOLD:
        yield from chain.from_iterable(_draw_batch([task], media) for task in todo)
        return
    workers = min(os.cpu_count() or 1, MAX_PROCESSES)
    with process_pool(workers) as processes:
        results: deque[Future[list[bool]]] = deque()
        try:
            for batch in batches(todo, BATCH_SIZE):
                with block_interrupt():
                    results.append(processes.submit(_draw_batch, list(batch), media))
                if len(results) > workers * BATCHES_PER_PROCESS:
                    yield from results.popleft().result()
            while results:
                yield from results.popleft().result()
        except BrokenProcessPool as error:
            raise Unavailable("A process that draws cards was ended from outside; what it drew is kept.") from error
        finally:
            processes.shutdown(cancel_futures=True)


def _draw_batch(batch: list[tuple[Path, Card]], media: Path) -> list[bool]:
    return [card_files.store(file, image.draw(card, media)) for file, card in batch]
