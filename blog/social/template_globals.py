"""Template globals for share links, follow links, authors and metadata; templates know them by function name."""

from collections.abc import Sequence

from flask import current_app, url_for

from blog.core.posts.article import Article
from blog.core.posts.taxonomy import TagRef
from blog.core.urls import permalinks
from blog.models import NamedLink
from blog.social import metadata, qr, share
from blog.social.blueprint import bp
from blog.social.cards import files
from blog.web import templating

# A longer address makes a code too fine for cameras.
MAX_QR_LENGTH = 400


@bp.app_template_global()
def canonical(post: Article) -> str:
    """Return the absolute address by which a post is known everywhere."""
    return post.canonical_url or templating.absolute_url(permalinks.path_of(post))


@bp.app_template_global()
def share_links(post: Article) -> list[share.ShareLink]:
    """Return links that share a post, in the order of the site's settings."""
    networks = templating.site().networks
    picture = files.image_of_post(post, author_name(post)).address if "pinterest" in networks else ""
    return share.share_links(post.title, canonical(post), networks, picture)


@bp.app_template_global()
def sample_links(networks: Sequence[str]) -> list[share.ShareLink]:
    """Return links that share the home page, as a sample for the settings page."""
    site = templating.site()
    return share.share_links(site.title, templating.absolute_url(url_for("reader.home")), networks)


@bp.app_template_global()
def qr_code(address: str) -> qr.QRCode | None:
    """Return the QR code of an address; None if it is too long for a telephone's camera."""
    return qr.encode(address) if len(address) <= MAX_QR_LENGTH else None


@bp.app_template_global()
def follow_links() -> list[NamedLink]:
    return templating.site().follow


@bp.app_template_global()
def author_name(post: Article) -> str:
    return post.author.name if post.author else templating.site().author


@bp.app_template_global()
def author_path(post: Article) -> str:
    """Return the path of the author's page: their own if several people write here, else the home page."""
    if post.author and post.author.has_page:
        return url_for("reader.author", slug=post.author.slug)
    return url_for("reader.home")


@bp.app_template_global()
def page_metadata(path: str, title: str, description: str = "", tag: TagRef | None = None) -> metadata.Metadata:
    """Return the metadata of a page that is no post; `tag` is the tag that it lists, if any."""
    card = files.card_of_tag(tag.name, tag.slug) if tag else files.card_of_site()
    return metadata.for_page(_site_info(), path, title, description, card.share_image)


@bp.app_template_global()
def post_metadata(post: Article, author: str) -> metadata.Metadata:
    """Return the metadata of a post or page; `author` is the path of its author's page."""
    name = author_name(post)
    return metadata.for_post(
        _site_info(),
        post,
        permalinks.path_of(post),
        author=name,
        author_url=templating.absolute_url(author),
        archive=url_for("reader.archive"),
        image=files.image_of_post(post, name),
    )


def _site_info() -> metadata.SiteInfo:
    return metadata.SiteInfo(templating.site(), str(current_app.config["SITE_URL"]), url_for("reader.search"))
