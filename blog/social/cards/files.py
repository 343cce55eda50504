"""Choose and store the image that a page is shared with: its cover picture where it is fit, else a card.

The address of a card holds a hash of its content. So a page can name a card before it is drawn, and a card never
changes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from flask import url_for

from blog import clock
from blog.core.errors import BlogError
from blog.core.images import html
from blog.core.images.variants import TYPES
from blog.core.posts import article, taxonomy
from blog.core.posts.article import Article
from blog.core.posts.share_items import ShareItem
from blog.core.text.validate import CARD_NAME
from blog.files import write_files
from blog.models import Post
from blog.social.cards import image
from blog.social.cards.image import Card
from blog.social.metadata import ShareImage
from blog.web import localize, templating

TAG_PREFIX = "tag-"
# Within these limits, all networks show a cover picture large, nearly whole and fast: it needs no card.
MIN_COVER_WIDTH, MIN_COVER_HEIGHT = 600, 315
MIN_COVER_RATIO, MAX_COVER_RATIO = 1.5, 2.1
MAX_COVER_BYTES = 300 * 1024
# A post or page with the fields that its card needs.
CardSource = Article | ShareItem | Post


class CardFile(NamedTuple):
    """A card and its file; `stem` begins the file name: a slug, "tag-" with a slug, or nothing for the site."""

    card: Card
    stem: str

    @property
    def name(self) -> str:
        return f"{self.stem}{'-' if self.stem else ''}{self.card.hash}.{self.card.extension}"

    @property
    def share_image(self) -> ShareImage:
        address = templating.absolute_url(url_for("social.card", name=self.name))
        kind = "image/jpeg" if self.card.cover else "image/png"
        return ShareImage(address, kind, image.WIDTH, image.HEIGHT, self.card.title)


def image_of_post(post: CardSource, author: str) -> ShareImage:
    return _cover_image(post) or card_of_post(post, author).share_image


def _cover_image(post: CardSource) -> ShareImage | None:
    """Return the largest file of the cover picture that is fit to be shared as it is; None if no file is."""
    picture = post.cover_picture
    cover = html.image_file_of(picture) if picture else None
    if not picture or not cover:
        return None
    for width in sorted(cover.widths or [cover.width], reverse=True):
        height, path = round(cover.height * width / cover.width), cover.variant_url(width)
        kind = TYPES.get(path.rpartition(".")[2], "")
        large = width >= MIN_COVER_WIDTH and height >= MIN_COVER_HEIGHT
        fits = large and MIN_COVER_RATIO <= width / height <= MAX_COVER_RATIO
        if fits and kind in ("image/jpeg", "image/png") and _is_light(path):
            return ShareImage(templating.absolute_url(path), kind, width, height, picture["alt"] or post.title)
    return None


def _is_light(path: str) -> bool:
    settings = templating.machine_settings()
    try:
        return (settings.media / path.removeprefix("/media/")).stat().st_size <= MAX_COVER_BYTES
    except OSError:
        return False


def card_of_post(post: CardSource, author: str) -> CardFile:
    """Return the card of a post or page; a post's card names the author and the date."""
    site = templating.site()
    language = post.language or site.language
    local = (post.published_at or clock.now()).astimezone(templating.zone())
    byline = [author, localize.date_in_words(local, language)] if post.kind == "post" else []
    cover = post.cover_picture["src"].removeprefix("/media/") if post.cover_picture else ""
    cover = cover if cover.rpartition(".")[2] in TYPES and "/" not in cover else ""
    return CardFile(Card(post.title, site.title, " · ".join(byline), site.accent, language, cover), post.slug)


def card_of_site() -> CardFile:
    """Return the card of the home page and of all lists without a card of their own."""
    site = templating.site()
    return CardFile(Card(site.title, "", site.tagline, site.accent, site.language), stem="")


def card_of_tag(name: str, slug: str) -> CardFile:
    site = templating.site()
    return CardFile(Card(name, site.title, site.tagline, site.accent, site.language), TAG_PREFIX + slug)


# -- files ---------------------------------------------------------------------------------------------------


def read_or_draw(card_file: CardFile) -> bytes:
    """Return the bytes of a card; draw and store it if its file is missing. It works on a full disk, too."""
    settings = templating.machine_settings()
    file = settings.cards / card_file.name
    try:
        return file.read_bytes()
    except OSError:
        picture = image.draw(card_file.card, settings.media)
        store(file, picture)
        return picture


def store(file: Path, data: bytes) -> bool:
    """Write the file of a card completely or not at all; return False if the disk refuses it.

    Without the file a card is only slower: it is drawn for each request.
    """
    try:
        file.parent.mkdir(exist_ok=True)
        write_files(file.parent, {file.name: data})
    except OSError:
        return False
    return True


def current_card(name: str) -> CardFile | None:
    """Return the present card of the post, page or tag in a file name, whatever the hash; None if it is not public."""
    parts = CARD_NAME.fullmatch(name)
    if parts is None:
        return None
    candidates = list(_candidates(parts["slug"] or ""))
    return next((card for card in candidates if card.name == name), candidates[0] if candidates else None)


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
