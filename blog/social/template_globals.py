"""The template globals of the social face."""

from collections.abc import Sequence

from flask import current_app, url_for

from blog.core.posts.article import Article
from blog.core.posts.taxonomy import TagRef
from blog.core.urls import permalinks
from blog.models import NamedLink
from blog.social import metadata, qr, share
from blog.social.cards import files
from blog.web import templating

# Longer ones make codes so fine that cameras miss them.
MAX_QR_LENGTH = 400


def canonical(post: Article) -> str:
    """The address by which a post is known everywhere."""
    return post.canonical_url or templating.absolute_url(permalinks.path_of(post))


def share_links(post: Article) -> list[share.ShareLink]:
    """Links that share this post, as the site's settings order them."""
    networks = templating.site().networks
    picture = files.image_of_post(post, author_name(post)).address if "pinterest" in networks else ""
    return share.share_links(post.title, canonical(post), networks, picture)


def sample_links(networks: Sequence[str]) -> list[share.ShareLink]:
    """Links that would share the home page, for whoever chooses networks."""
    site = templating.site()
    return share.share_links(site.title, templating.absolute_url(url_for("reader.home")), networks)


def qr_code(address: str) -> qr.QRCode | None:
    """The QR code of an address; None for one too long to be read by a telephone."""
    return qr.encode(address) if len(address) <= MAX_QR_LENGTH else None


def follow_links() -> list[NamedLink]:
    """Where the author can be followed."""
    return templating.site().follow


def author_name(post: Article) -> str:
    """Who signs a post."""
    return post.author.name if post.author else templating.site().author


def author_path(post: Article) -> str:
    """The page of a post's author: their own where several write here, else the home page."""
    if post.author and post.author.has_page:
        return url_for("reader.author", slug=post.author.slug)
    return url_for("reader.home")


def page_metadata(path: str, title: str, description: str = "", tag: TagRef | None = None) -> metadata.Metadata:
    """The metadata of a page that is no post; `tag` is the tag that it shows."""
    card = files.card_of_tag(tag.name, tag.slug) if tag else files.card_of_site()
    return metadata.for_page(_site_info(), path, title, description, card.share_image)


def post_metadata(post: Article, author: str) -> metadata.Metadata:
    """The metadata of an article or page; `author` is the path of its author's page."""
    name = author_name(post)
    return metadata.for_post(
        _site_info(),
        post,
        permalinks.path_of(post),
        author=name,
        author_url=templating.absolute_url(author),
        archive=url_for("reader.archive"),
        preview=files.image_of_post(post, name),
    )


def _site_info() -> metadata.SiteInfo:
    return metadata.SiteInfo(templating.site(), str(current_app.config["SITE_URL"]), url_for("reader.search"))


GLOBALS = (
    canonical,
    share_links,
    sample_links,
    qr_code,
    follow_links,
    author_name,
    author_path,
    page_metadata,
    post_metadata,
)
