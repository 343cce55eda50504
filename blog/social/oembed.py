"""oEmbed: what another site shows for a link to this one (https://oembed.com)."""

from urllib.parse import quote, urlsplit

from flask import Response, abort, current_app, request, url_for
from werkzeug.exceptions import HTTPException

from blog.core.errors import NotFound
from blog.core.posts import article
from blog.core.urls import permalinks
from blog.social.blueprint import bp, public_json
from blog.social.cards import files
from blog.social.template_globals import author_name, author_path
from blog.web import templating

MAX_URL_LENGTH = 2000
POST_KINDS = {"reader.article": "post", "reader.page": "page"}


@bp.app_template_global()
def oembed_address(post: article.Article) -> str:
    """Return the oEmbed address of a post, for its page's head."""
    address = quote(templating.absolute_url(permalinks.path_of(post)), safe="")
    return f"{templating.absolute_url(url_for('social.oembed'))}?format=json&url={address}"


@bp.get("/oembed")
def oembed() -> Response:
    """Return what to show for an address of this site; 404 for any other address."""
    if request.args.get("format", "json") != "json":
        abort(501)
    post = _post_at_url(request.args.get("url", ""))
    author = author_name(post)
    image = files.image_of_post(post, author)
    return public_json(
        {
            "version": "1.0",
            "type": "link",
            "title": post.title,
            "author_name": author,
            "author_url": templating.absolute_url(author_path(post)),
            "provider_name": templating.site().title,
            "provider_url": templating.absolute_url("/"),
            "cache_age": 3600,
            "thumbnail_url": image.address,
            "thumbnail_width": image.width,
            "thumbnail_height": image.height,
        }
    )


def _post_at_url(address: str) -> article.Article:
    """Return the post or page at an absolute address of this site. Raises NotFound."""
    site_url = urlsplit(str(current_app.config["SITE_URL"]))
    try:
        url = urlsplit(address[:MAX_URL_LENGTH])
        endpoint, values = current_app.url_map.bind("").match(url.path)
    except (ValueError, HTTPException) as error:
        raise NotFound("There is nothing here with this address.") from error
    if url.netloc.lower() != site_url.netloc or url.scheme not in ("http", "https") or endpoint not in POST_KINDS:
        raise NotFound("There is nothing here with this address.")
    return article.load(POST_KINDS[endpoint], values["slug"])
