"""The picture that a page is shared with: its author's own where one is fit, else a card drawn for it.

A card's address holds a hash of what it shows. So a page can name it before it is drawn, and it never changes.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from flask import current_app, url_for

from blog import clock
from blog.config import Settings
from blog.core.errors import BlogError
from blog.core.images import html
from blog.core.images.variants import TYPES
from blog.core.posts import article, taxonomy
from blog.core.text.validate import CARD_NAME
from blog.models.json_types import Picture
from blog.social.cards import image
from blog.social.cards.image import Card
from blog.social.metadata import ShareImage
from blog.web import localize, templating

SITE = ""
TAG_PREFIX = "tag-"
# A picture of the author's own is shown as it is when all networks show it large, nearly whole, and soon.
MIN_COVER_SIZE = (600, 315)
COVER_RATIOS = (1.5, 2.1)
MAX_COVER_BYTES = 300 * 1024


class CardSource(Protocol):
    """What a card is drawn for: a post or page."""

    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def language(self) -> str | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def cover_picture(self) -> Picture | None: ...


@dataclass(frozen=True)
class CardFile:
    """A card, and the name of its file."""

    card: Card
    stem: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.stem}{'-' if self.stem else ''}{self.card.hash}.{self.card.ending}"

    @property
    def preview(self) -> ShareImage:
        """The same as a page tells it."""
        address = templating.absolute_url(url_for("social.card", name=self.name))
        kind = "image/jpeg" if self.card.cover else "image/png"
        return ShareImage(address, kind, image.WIDTH, image.HEIGHT, self.card.title)


def image_of_post(post: CardSource, author: str) -> ShareImage:
    """The picture that a post or page is shared with."""
    return _cover_image(post) or card_of_post(post, author).preview


def _cover_image(post: CardSource) -> ShareImage | None:
    """The cover picture, if it is fit to be shared as it is; the largest of its files that is."""
    picture = post.cover_picture
    plate = html.plate_of(picture) if picture else None
    if not picture or not plate:
        return None
    for width in sorted(plate.widths or [plate.width], reverse=True):
        height, path = round(plate.height * width / plate.width), plate.twin(width)
        kind = TYPES.get(path.rpartition(".")[2], "")
        shaped = (
            COVER_RATIOS[0] <= width / height <= COVER_RATIOS[1]
            and width >= MIN_COVER_SIZE[0]
            and height >= MIN_COVER_SIZE[1]
        )
        if shaped and kind in ("image/jpeg", "image/png") and _is_light(path):
            return ShareImage(templating.absolute_url(path), kind, width, height, picture["alt"] or post.title)
    return None


def _is_light(path: str) -> bool:
    settings: Settings = current_app.extensions["settings"]
    try:
        return (settings.media / path.removeprefix("/media/")).stat().st_size <= MAX_COVER_BYTES
    except OSError:
        return False


def card_of_post(post: CardSource, author: str) -> CardFile:
    """The card of a post or page: by whom, and for a post when."""
    site = templating.site()
    language = post.language or site.language
    local = (post.published_at or clock.now()).astimezone(templating.zone())
    told = [author, localize.date_in_words(local, language)] if post.kind == "post" else []
    cover = post.cover_picture["src"].removeprefix("/media/") if post.cover_picture else ""
    cover = cover if cover.rpartition(".")[2] in TYPES and "/" not in cover else ""
    return CardFile(Card(post.title, site.title, " · ".join(told), site.accent, language, cover), post.slug)


def card_of_site() -> CardFile:
    """The card of the site itself, and of its lists."""
    site = templating.site()
    return CardFile(Card(site.title, "", site.tagline, site.accent, site.language), SITE)


def card_of_tag(name: str, slug: str) -> CardFile:
    """The card of a tag."""
    site = templating.site()
    return CardFile(Card(name, site.title, site.tagline, site.accent, site.language), TAG_PREFIX + slug)


# -- files ---------------------------------------------------------------------------------------------------


def read_or_draw(named: CardFile) -> bytes:
    """The card's picture; drawn and stored, if it never was. A full disk keeps it from being stored, no more."""
    settings: Settings = current_app.extensions["settings"]
    file = settings.cards / named.name
    try:
        return file.read_bytes()
    except OSError:
        picture = image.draw(named.card, settings.media)
        store(file, picture)
        return picture


def store(file: Path, data: bytes) -> bool:
    """Keep a card's picture, whole or not at all, and say which: readers lose nothing but time when it is not kept."""
    draft = file.with_name(f".{file.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(exist_ok=True)
        with draft.open("wb") as out:
            out.write(data)
        draft.replace(file)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        return False
    return True


def current_card(name: str) -> CardFile | None:
    """The card that what a file's name speaks of has now, whatever its hash; None if it speaks of nothing public."""
    parts = CARD_NAME.fullmatch(name)
    if parts is None:
        return None
    found = list(_candidates(parts["slug"] or ""))
    return next((each for each in found if each.name == name), found[0] if found else None)


def _candidates(slug: str) -> Iterator[CardFile]:
    if not slug:
        yield card_of_site()
        return
    for kind in ("post", "page"):
        try:
            post = article.load(kind, slug)
        except BlogError:
            continue
        yield card_of_post(post, post.author.name if post.author else templating.site().author)
    if slug.startswith(TAG_PREFIX):
        try:
            tag = taxonomy.tag(slug.removeprefix(TAG_PREFIX))
        except BlogError:
            return
        yield card_of_tag(tag.name, tag.slug)
