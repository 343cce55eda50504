"""See a post as others will when a link to it is shared: for its author, also before anyone may read it."""

from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flask import current_app

from blog import clock
from blog.config import Settings
from blog.core.posts import share_items
from blog.core.posts.article import Article
from blog.models import Post
from blog.social import network_limits
from blog.social.cards import files, image
from blog.social.cards.files import CardSource
from blog.social.cards.image import Card
from blog.social.metadata import DESCRIPTION_LENGTH, ShareImage
from blog.social.network_limits import NetworkPreview
from blog.social.template_globals import author_name
from blog.web import templating

# So many drawn cards are remembered while their texts are written, a tenth of a megabyte each.
CACHE_SIZE = 8


class PreviewedPost(CardSource, Protocol):
    """What a shared link tells: a post or page, stored or only written yet."""

    @property
    def summary(self) -> str: ...
    @property
    def standfirst(self) -> str: ...
    @property
    def unlisted(self) -> bool: ...


@dataclass(frozen=True)
class SharePreview:
    """A shared link: its picture and where that is found, its words as each network cuts them, what to mend."""

    preview: ShareImage
    data: bytes
    looks: list[NetworkPreview]
    warnings: list[str]


def share_preview(post: Post) -> SharePreview:
    """How a link to a post or page will look."""
    settings: Settings = current_app.extensions["settings"]
    author = share_items.author_name(post) or templating.site().author
    told, named = files.image_of_post(post, author), files.card_of_post(post, author)
    if told == named.share_image:
        # Not stored: nobody could read it, but who guessed its name could see it.
        data = image.draw(named.card, settings.media)
    else:
        data = (settings.media / told.address.rpartition("/")[2]).read_bytes()
    return SharePreview(
        told,
        data,
        _network_previews(post),
        list(
            network_limits.warnings(_preview_input(post, public=_is_public(post)), local=_is_local(settings.site_url))
        ),
    )


@dataclass(frozen=True)
class EditorPreview:
    """What is shown beside a text that is being written; `picture` is an address, or the picture itself (data:)."""

    picture: str
    looks: list[NetworkPreview]
    warnings: list[str]
    host: str


def looks_of(article: Article) -> EditorPreview:
    """How a link to an article will look once it is published. Nothing of it is stored."""
    settings: Settings = current_app.extensions["settings"]
    author = author_name(article)
    told, named = files.image_of_post(article, author), files.card_of_post(article, author)
    drawn = told == named.share_image
    return EditorPreview(
        _data_uri(named.card, settings.media) if drawn else urlsplit(told.address).path,
        _network_previews(article),
        # Of what only its publication changes, nobody need be told now.
        list(network_limits.warnings(_preview_input(article, public=True), local=False)),
        urlsplit(settings.site_url).netloc,
    )


@lru_cache(CACHE_SIZE)
def _data_uri(card: Card, media: Path) -> str:
    """A card as an address that holds it. Kept in memory only: no file may tell of what is not published."""
    kind = "jpeg" if card.cover else "png"
    return f"data:image/{kind};base64,{b64encode(image.half_size(image.draw(card, media), kind)).decode()}"


def _network_previews(post: PreviewedPost) -> list[NetworkPreview]:
    return network_limits.network_previews(post.title, post.standfirst[:DESCRIPTION_LENGTH])


def _is_public(post: Post) -> bool:
    return bool(post.published_at and post.published_at <= clock.now() and not post.deleted_at)


def _preview_input(post: PreviewedPost, *, public: bool) -> network_limits.PreviewInput:
    settings: Settings = current_app.extensions["settings"]
    cover = post.cover_picture
    size = (cover["width"], cover["height"]) if cover and cover["width"] and cover["height"] else None
    return network_limits.PreviewInput(
        title=post.title,
        summary=post.summary,
        public=public,
        unlisted=post.unlisted,
        site_url=settings.site_url,
        cover=size,
        unwritten=image.undrawable_letters(post.title, post.language or templating.site().language),
    )


def _is_local(site_url: str) -> bool:
    """Whether only machines nearby know this address."""
    host = urlsplit(site_url).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host
