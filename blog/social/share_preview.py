"""Preview how a link to a post looks when it is shared; for authors, and before publication as well."""

from base64 import b64encode
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from blog.core.posts import share_items
from blog.core.posts.article import Article
from blog.models import Post
from blog.social import network_limits
from blog.social.blueprint import bp
from blog.social.cards import files, image
from blog.social.cards.image import Card
from blog.social.metadata import DESCRIPTION_LENGTH, ShareImage
from blog.social.network_limits import NetworkPreview
from blog.social.template_globals import author_name
from blog.web import templating

# This many drawn cards stay in memory while their texts are edited, a tenth of a megabyte each.
CACHE_SIZE = 8
PreviewedPost = Article | Post


class SharePreview(NamedTuple):
    """How a link to a post looks: the image and its bytes, the text in each network, and warnings for the author."""

    image: ShareImage
    image_bytes: bytes
    looks: list[NetworkPreview]
    warnings: list[str]


def preview_post(post: Post) -> SharePreview:
    """Return how a link to a post or page looks, published or not."""
    settings = templating.machine_settings()
    author = share_items.author_name(post) or templating.site().author
    share_image, card_file = files.image_of_post(post, author), files.card_of_post(post, author)
    if share_image == card_file.share_image:
        # Draw without storing: the card of an unpublished post could be read by anyone who guessed its name.
        data = image.draw(card_file.card, settings.media)
    else:
        data = (settings.media / share_image.address.rpartition("/")[2]).read_bytes()
    warnings = _warnings(post, public=post.status == "published", local=_is_local(settings.site_url))
    return SharePreview(share_image, data, _network_previews(post), warnings)


class EditorPreview(NamedTuple):
    """How a link will look, shown beside the editor; `picture` is a path or the image itself as a data: address."""

    picture: str
    looks: list[NetworkPreview]
    warnings: list[str]
    host: str


@bp.app_template_global("looks_of")
def editor_preview(article: Article) -> EditorPreview:
    """Return how a link to an article will look once it is published. Nothing is stored."""
    settings = templating.machine_settings()
    author = author_name(article)
    share_image, card_file = files.image_of_post(article, author), files.card_of_post(article, author)
    is_card = share_image == card_file.share_image
    return EditorPreview(
        _data_uri(card_file.card, settings.media) if is_card else urlsplit(share_image.address).path,
        _network_previews(article),
        # No warnings that publishing makes obsolete.
        _warnings(article, public=True, local=False),
        urlsplit(settings.site_url).netloc,
    )


@lru_cache(CACHE_SIZE)
def _data_uri(card: Card, media: Path) -> str:
    """Return a card as a data: address. It stays in memory: no file may reveal what is not published."""
    kind = "jpeg" if card.cover else "png"
    return f"data:image/{kind};base64,{b64encode(image.half_size(image.draw(card, media), kind)).decode()}"


def _network_previews(post: PreviewedPost) -> list[NetworkPreview]:
    return network_limits.network_previews(post.title, post.standfirst[:DESCRIPTION_LENGTH])


def _warnings(post: PreviewedPost, *, public: bool, local: bool) -> list[str]:
    settings = templating.machine_settings()
    cover = post.cover_picture
    size = (cover["width"], cover["height"]) if cover and cover["width"] and cover["height"] else None
    undrawable = image.undrawable_letters(post.title, post.language or templating.site().language)
    return list(
        network_limits.warnings(
            post.title, post.summary, settings.site_url,
            cover=size, undrawable=undrawable, public=public, unlisted=post.unlisted, local=local,
        )
    )  # fmt: skip


def _is_local(site_url: str) -> bool:
    """Return whether an address is known on this machine or its local network only."""
    host = urlsplit(site_url).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host
