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
from blog.core.db.batches import slices
from blog.core.errors import Unavailable
from blog.core.outbox import Carrier
from blog.core.posts import share_items, taxonomy
from blog.core.posts.share_items import ShareItem
from blog.extensions import db
from blog.processes import deaf, pool
from blog.social.cards import files as card_files
from blog.social.cards import image
from blog.social.cards.files import Named
from blog.social.cards.image import Card
from blog.web import templating

# Cards that travel to a process together, and such parts that wait for each process.
TOGETHER = 4
AHEAD = 3
# A process takes longer to start than so many cards to draw.
MANY = 12
MOST_PROCESSES = 8
# When the site's colour or name changes, so many of the newest posts' cards are drawn soon, others when asked for.
NEWEST = 20

Progress = Callable[[Iterable[bool], int], Iterable[bool]]


@dataclass(frozen=True)
class Drawn:
    """How many cards there are, how many were drawn now, how many old ones were taken away, how many not be stored."""

    cards: int
    drawn: int
    removed: int
    failed: int


def draw_all(settings: Settings, progress: Progress, *, anew: bool) -> Drawn:
    """Draw the card of everything that anyone may read; not `anew` only those that are missing.

    Cards that nothing has any more are taken away. Each is written beside, and renamed: what is there is whole.
    """
    settings.cards.mkdir(exist_ok=True)
    named = {each.name: each.card for each in everything()}
    files = {entry.name for entry in os.scandir(settings.cards)}
    todo = [(settings.cards / name, card) for name, card in named.items() if anew or name not in files]
    drawn = sum(progress(_drawn(todo, settings.media), len(todo)))
    old = files - named.keys()
    for name in old:
        (settings.cards / name).unlink(missing_ok=True)
    return Drawn(len(named), drawn, len(old), len(todo) - drawn)


def wanted(about: str) -> list[str]:
    """The names of cards that an errand asks for and that are not there."""
    settings: Settings = current_app.extensions["settings"]
    with current_app.app_context():  # the site as it is now, not as it was when this process began
        named = list(_asked(about))
    return [each.name for each in named if not (settings.cards / each.name).exists()]


def _asked(about: str) -> Iterator[Named]:
    kind, _, number = about.partition(":")
    if kind == "site":
        yield card_files.card_of_site()
        yield from map(of_post, share_items.all_items(NEWEST))
    elif post := share_items.share_item(int(number)):
        yield of_post(post)
        yield from (card_files.card_of_tag(*tag) for tag in share_items.tags(int(number)))


def draw(_target: str, name: str) -> None:
    """Draw the card of this name, if it is still one."""
    with current_app.app_context():
        named = card_files.called(name)
        db.session.remove()
        if named:
            card_files.drawn(named)


CARRIER = Carrier(wanted, draw)


def of_post(post: ShareItem) -> Named:
    """The card of a post or page, with its author's name or the site's."""
    return card_files.card_of_post(post, post.author_name or templating.site().author)


def everything() -> Iterator[Named]:
    """The cards of the site, of each tag, of every post and page."""
    yield card_files.card_of_site()
    yield from (card_files.card_of_tag(tag.name, tag.slug) for tag in taxonomy.tags())
    yield from map(of_post, share_items.all_items())


def _drawn(todo: list[tuple[Path, Card]], media: Path) -> Iterator[bool]:
    """For each card whether it could be stored."""
    if len(todo) < MANY:
        yield from chain.from_iterable(_draw([each], media) for each in todo)
        return
    workers = min(os.cpu_count() or 1, MOST_PROCESSES)
    with pool(workers) as processes:
        waiting: deque[Future[list[bool]]] = deque()
        try:
            for part in slices(todo, TOGETHER):
                with deaf():
                    waiting.append(processes.submit(_draw, list(part), media))
                if len(waiting) > workers * AHEAD:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool as error:
            raise Unavailable("A process that draws cards was ended from outside; what it drew is kept.") from error
        finally:
            processes.shutdown(cancel_futures=True)


def _draw(part: list[tuple[Path, Card]], media: Path) -> list[bool]:
    return [card_files.store(file, image.draw(card, media)) for file, card in part]
