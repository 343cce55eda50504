"""Draw cards: one after a change, or all at once in several processes."""

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
from blog.processes import deaf, pool
from blog.social.cards import files as card_files
from blog.social.cards import image
from blog.social.cards.files import CardFile
from blog.social.cards.image import Card
from blog.web import templating

# Cards that travel to a process together, and such parts that wait for each process.
BATCH_SIZE = 4
BATCHES_PER_PROCESS = 3
# A process takes longer to start than so many cards to draw.
POOL_THRESHOLD = 12
MAX_PROCESSES = 8
# When the site's colour or name changes, so many of the newest posts' cards are drawn soon, others when asked for.
SITE_CHANGE_LIMIT = 20

Progress = Callable[[Iterable[bool], int], Iterable[bool]]


@dataclass(frozen=True)
class DrawResult:
    """How many cards there are, how many were drawn now, how many old ones were taken away, how many not be stored."""

    cards: int
    drawn: int
    removed: int
    failed: int


def draw_all(settings: Settings, progress: Progress, *, anew: bool) -> DrawResult:
    """Draw the card of everything that anyone may read; not `anew` only those that are missing.

    Cards that nothing has any more are taken away. Each is written beside, and renamed: what is there is whole.
    """
    settings.cards.mkdir(exist_ok=True)
    named = {each.name: each.card for each in all_cards()}
    files = {entry.name for entry in os.scandir(settings.cards)}
    todo = [(settings.cards / name, card) for name, card in named.items() if anew or name not in files]
    drawn = sum(progress(_draw_and_store(todo, settings.media), len(todo)))
    old = files - named.keys()
    for name in old:
        (settings.cards / name).unlink(missing_ok=True)
    return DrawResult(len(named), drawn, len(old), len(todo) - drawn)


def missing_cards(about: str) -> list[str]:
    """The names of cards that an errand asks for and that are not there."""
    settings: Settings = current_app.extensions["settings"]
    with current_app.app_context():  # the site as it is now, not as it was when this process began
        named = list(_cards_for_job(about))
    return [each.name for each in named if not (settings.cards / each.name).exists()]


def _cards_for_job(about: str) -> Iterator[CardFile]:
    kind, _, number = about.partition(":")
    if kind == "site":
        yield card_files.card_of_site()
        yield from map(card_of_share_item, share_items.all_items(SITE_CHANGE_LIMIT))
    elif post := share_items.share_item(int(number)):
        yield card_of_share_item(post)
        yield from (card_files.card_of_tag(*tag) for tag in share_items.tags(int(number)))


def draw_card(_target: str, name: str) -> None:
    """Draw the card of this name, if it is still one."""
    with current_app.app_context():
        named = card_files.current_card(name)
        db.session.remove()
        if named:
            card_files.read_or_draw(named)


HANDLER = Handler(missing_cards, draw_card)


def card_of_share_item(post: ShareItem) -> CardFile:
    """The card of a post or page, with its author's name or the site's."""
    return card_files.card_of_post(post, post.author_name or templating.site().author)


def all_cards() -> Iterator[CardFile]:
    """The cards of the site, of each tag, of every post and page."""
    yield card_files.card_of_site()
    yield from (card_files.card_of_tag(tag.name, tag.slug) for tag in taxonomy.tags())
    yield from map(card_of_share_item, share_items.all_items())


def _draw_and_store(todo: list[tuple[Path, Card]], media: Path) -> Iterator[bool]:
    """For each card whether it could be stored."""
    if len(todo) < POOL_THRESHOLD:
        yield from chain.from_iterable(_draw_batch([each], media) for each in todo)
        return
    workers = min(os.cpu_count() or 1, MAX_PROCESSES)
    with pool(workers) as processes:
        waiting: deque[Future[list[bool]]] = deque()
        try:
            for part in batches(todo, BATCH_SIZE):
                with deaf():
                    waiting.append(processes.submit(_draw_batch, list(part), media))
                if len(waiting) > workers * BATCHES_PER_PROCESS:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool as error:
            raise Unavailable("A process that draws cards was ended from outside; what it drew is kept.") from error
        finally:
            processes.shutdown(cancel_futures=True)


def _draw_batch(part: list[tuple[Path, Card]], media: Path) -> list[bool]:
    return [card_files.store(file, image.draw(card, media)) for file, card in part]
