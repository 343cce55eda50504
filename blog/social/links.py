"""The template globals of the social face."""

from flask import current_app, url_for

from blog.core import permalinks
from blog.core.reading import Article
from blog.models import FollowLink
from blog.social import metadata, share
from blog.web import templating


def canonical(post: Article) -> str:
    """The address by which a post is known everywhere."""
    return post.canonical_url or templating.absolute(permalinks.path_of(post))


def share_links(post: Article) -> list[share.ShareLink]:
    """Links that share this post, as the site's settings order them."""
    return share.share_links(post.title, canonical(post), templating.site().networks)


def follow_links() -> list[FollowLink]:
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


def page_metadata(path: str, title: str, description: str = "") -> metadata.Metadata:
    """The metadata of a page that is no post."""
    return metadata.of_page(_facts(), path, title, description)


def post_metadata(post: Article, author: str) -> metadata.Metadata:
    """The metadata of an article or page; `author` is the path of its author's page."""
    path = permalinks.path_of(post)
    return metadata.of_post(_facts(), post, path, author=author_name(post), author_url=templating.absolute(author))


def _facts() -> metadata.Facts:
    return metadata.Facts(templating.site(), str(current_app.config["SITE_URL"]))


GLOBALS = (canonical, share_links, follow_links, author_name, author_path, page_metadata, post_metadata)
