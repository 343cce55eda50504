"""See a post as others will when a link to it is shared: for its author, also before anyone may read it."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app

from blog import clock
from blog.config import Settings
from blog.core import shareable
from blog.models import Post
from blog.social import cards, pictures, preview
from blog.social.metadata import DESCRIPTION_LENGTH, Preview
from blog.social.preview import Look
from blog.web import templating


@dataclass(frozen=True)
class Seen:
    """A shared link: its picture and where that is found, its words as each network cuts them, what to mend."""

    preview: Preview
    data: bytes
    looks: list[Look]
    warnings: list[str]


def look(post: Post) -> Seen:
    """How a link to a post or page will look."""
    settings: Settings = current_app.extensions["settings"]
    author = shareable.signed(post) or templating.site().author
    told, named = pictures.preview_of_post(post, author), pictures.card_of_post(post, author)
    if told == named.preview:
        # Not stored: nobody could read it, but who guessed its name could see it.
        data = cards.draw(named.card, settings.media)
    else:
        data = (settings.media / told.address.rpartition("/")[2]).read_bytes()
    return Seen(
        told,
        data,
        preview.looks(post.title, post.standfirst[:DESCRIPTION_LENGTH]),
        list(preview.warnings(_shown(post, settings), local=_is_local(settings.site_url))),
    )


def _shown(post: Post, settings: Settings) -> preview.Shown:
    cover = post.cover_picture
    size = (cover["width"], cover["height"]) if cover and cover["width"] and cover["height"] else None
    return preview.Shown(
        title=post.title,
        summary=post.summary,
        public=bool(post.published_at and post.published_at <= clock.now() and not post.deleted_at),
        unlisted=post.unlisted,
        site_url=settings.site_url,
        cover=size,
        unwritten=cards.undrawable(post.title, post.language or templating.site().language),
    )


def _is_local(site_url: str) -> bool:
    """Whether only machines nearby know this address."""
    host = urlsplit(site_url).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host
