"""What other sites ask for when a link to this one is pasted there: the card, oEmbed, who its author is."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Response, abort, current_app, jsonify, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from blog import clock
from blog.core.errors import NotFound
from blog.core.posts import article
from blog.core.urls import permalinks
from blog.social.blueprint import bp
from blog.social.cards import files
from blog.social.template_globals import author_name, author_path
from blog.web import templating
from blog.web.responses import UNCACHEABLE
from blog.web.static_files import IMMUTABLE

CACHE_ONE_HOUR = "public, max-age=3600"
MAX_URL_LENGTH = 2000
# For how long security.txt is to be believed: RFC 9116 wants less than a year.
EXPIRY_MONTHS = 11
POST_KINDS = {"reader.article": "post", "reader.page": "page"}


@bp.get("/cards/<name>")
def card(name: str) -> BaseResponse:
    """The card that something public has now; an old name leads to it. Of what is public no more nothing is shown.

    So no card is answered as a mere file: it would outlive its post. The page cache keeps it, until anything changes.
    """
    named = files.current_card(name)
    if named is None:
        raise NotFound("There is no such card.")
    if named.name != name:
        answer = redirect(url_for("social.card", name=named.name))
        answer.headers["Cache-Control"] = "no-store"
        return answer
    response = Response(files.read_or_draw(named), mimetype=named.share_image.type)
    response.headers["Cache-Control"] = IMMUTABLE
    return response


def oembed_address(post: article.Article) -> str:
    """Where other sites ask what to show for a post."""
    address = quote(templating.absolute_url(permalinks.path_of(post)), safe="")
    return f"{templating.absolute_url(url_for('social.oembed'))}?format=json&url={address}"


@bp.get("/oembed")
def oembed() -> Response:
    """What to show for an address of this site (https://oembed.com); 404 for any other."""
    if request.args.get("format", "json") != "json":
        abort(501)
    post = _post_at_url(request.args.get("url", ""))
    author = author_name(post)
    preview = files.image_of_post(post, author)
    return _public_json(
        {
            "version": "1.0",
            "type": "link",
            "title": post.title,
            "author_name": author,
            "author_url": templating.absolute_url(author_path(post)),
            "provider_name": templating.site().title,
            "provider_url": templating.absolute_url("/"),
            "cache_age": 3600,
            "thumbnail_url": preview.address,
            "thumbnail_width": preview.width,
            "thumbnail_height": preview.height,
        }
    )


def _post_at_url(address: str) -> article.Article:
    """The post or page at a whole address of this site. Raises Missing."""
    here = urlsplit(str(current_app.config["SITE_URL"]))
    try:
        there = urlsplit(address[:MAX_URL_LENGTH])
        endpoint, values = current_app.url_map.bind("").match(there.path)
    except (ValueError, HTTPException) as error:
        raise NotFound("There is nothing here with this address.") from error
    if there.netloc.lower() != here.netloc or there.scheme not in ("http", "https") or endpoint not in POST_KINDS:
        raise NotFound("There is nothing here with this address.")
    return article.load(POST_KINDS[endpoint], values["slug"])


@bp.get("/.well-known/webfinger")
def webfinger() -> Response:
    """Whose account is meant by a name at this host (RFC 7033): the author's, wherever it is."""
    account, resource = templating.site().fediverse, request.args.get("resource", "")
    if not resource:
        abort(400)
    host = urlsplit(str(current_app.config["SITE_URL"])).netloc
    about = re.fullmatch(rf"acct:@?[^@\s]+@{re.escape(host)}|https?://{re.escape(host)}/?", resource, re.IGNORECASE)
    if not account or not (about or resource.lower() == f"acct:{account[1:]}".lower()):
        raise NotFound("Nobody here has this name.")
    name, _, server = account[1:].partition("@")
    profile = f"https://{server}/@{name}"
    link = {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": profile}
    response = _public_json({"subject": f"acct:{account[1:]}", "aliases": [profile], "links": [link]})
    response.mimetype = "application/jrd+json"
    return response


@bp.get("/.well-known/atproto-did")
def atproto_did() -> Response:
    """The id of the account whose name on Bluesky is this domain."""
    told = templating.site().atproto_did
    if not told:
        raise NotFound("This domain is nobody's name on Bluesky.")
    response = Response(told, content_type="text/plain; charset=utf-8")
    response.headers.update({"Cache-Control": CACHE_ONE_HOUR, "Access-Control-Allow-Origin": "*"})
    return response


@bp.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Whom to tell of a weakness of this site (RFC 9116)."""
    site = templating.site()
    if not site.security_contact:
        raise NotFound("Nobody is named here.")
    request.environ[UNCACHEABLE] = True  # the month is part of the answer: it is kept for nobody
    told = {"Contact": site.security_contact, "Expires": _expiry(clock.now()), "Preferred-Languages": site.language}
    here = templating.absolute_url(url_for("social.security_txt"))
    if here.startswith("https:"):
        told["Canonical"] = here
    text = "".join(f"{name}: {value}\n" for name, value in told.items())
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = CACHE_ONE_HOUR
    return response


def _expiry(now: datetime) -> str:
    """The first day of the eleventh month from now: the same all month long, and never a year away."""
    later = now.month - 1 + EXPIRY_MONTHS
    return f"{now.year + later // 12}-{later % 12 + 1:02}-01T00:00:00Z"


def _public_json(data: dict[str, Any]) -> Response:
    """Data that any site's scripts may read."""
    response = jsonify(data)
    response.headers.update({"Cache-Control": CACHE_ONE_HOUR, "Access-Control-Allow-Origin": "*"})
    return response
