"""Addresses that other sites fetch: cards, oEmbed, and /.well-known/ (WebFinger, Bluesky's DID, security.txt)."""

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
# The validity of security.txt: RFC 9116 wants less than a year.
EXPIRY_MONTHS = 11
POST_KINDS = {"reader.article": "post", "reader.page": "page"}


@bp.get("/cards/<name>")
def card(name: str) -> BaseResponse:
    """Return the present card of a public post, page or tag; redirect from the names of its older cards.

    Cards are not served as static files: a file would outlive its post. The page cache stores the response until
    anything public changes.
    """
    card_file = files.current_card(name)
    if card_file is None:
        raise NotFound("There is no such card.")
    if card_file.name != name:
        redirection = redirect(url_for("social.card", name=card_file.name))
        redirection.headers["Cache-Control"] = "no-store"
        return redirection
    response = Response(files.read_or_draw(card_file), mimetype=card_file.share_image.type)
    response.headers["Cache-Control"] = IMMUTABLE
    return response


def oembed_address(post: article.Article) -> str:
    """Return the oEmbed address of a post, for its page's head."""
    address = quote(templating.absolute_url(permalinks.path_of(post)), safe="")
    return f"{templating.absolute_url(url_for('social.oembed'))}?format=json&url={address}"


@bp.get("/oembed")
def oembed() -> Response:
    """Return what to show for an address of this site (https://oembed.com); 404 for any other address."""
    if request.args.get("format", "json") != "json":
        abort(501)
    post = _post_at_url(request.args.get("url", ""))
    author = author_name(post)
    image = files.image_of_post(post, author)
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


@bp.get("/.well-known/webfinger")
def webfinger() -> Response:
    """Return the author's fediverse account, wherever it is, for any name at this host (RFC 7033)."""
    account, resource = templating.site().fediverse, request.args.get("resource", "")
    if not resource:
        abort(400)
    host = urlsplit(str(current_app.config["SITE_URL"])).netloc
    local = re.fullmatch(rf"acct:@?[^@\s]+@{re.escape(host)}|https?://{re.escape(host)}/?", resource, re.IGNORECASE)
    if not account or not (local or resource.lower() == f"acct:{account[1:]}".lower()):
        raise NotFound("Nobody here has this name.")
    name, _, server = account[1:].partition("@")
    profile = f"https://{server}/@{name}"
    link = {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": profile}
    response = _public_json({"subject": f"acct:{account[1:]}", "aliases": [profile], "links": [link]})
    response.mimetype = "application/jrd+json"
    return response


@bp.get("/.well-known/atproto-did")
def atproto_did() -> Response:
    """Return the id of the Bluesky account that has this domain as its name."""
    did = templating.site().atproto_did
    if not did:
        raise NotFound("This domain is nobody's name on Bluesky.")
    response = Response(did, content_type="text/plain; charset=utf-8")
    response.headers.update({"Cache-Control": CACHE_ONE_HOUR, "Access-Control-Allow-Origin": "*"})
    return response


@bp.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Return the contact for security reports (RFC 9116)."""
    site = templating.site()
    if not site.security_contact:
        raise NotFound("Nobody is named here.")
    request.environ[UNCACHEABLE] = True  # the response depends on the month
    fields = {"Contact": site.security_contact, "Expires": _expiry(clock.now()), "Preferred-Languages": site.language}
    url = templating.absolute_url(url_for("social.security_txt"))
    if url.startswith("https:"):
        fields["Canonical"] = url
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = CACHE_ONE_HOUR
    return response


def _expiry(now: datetime) -> str:
    """Return the first day of the eleventh month from now: the same all month, and less than a year away."""
    month = now.month - 1 + EXPIRY_MONTHS
    return f"{now.year + month // 12}-{month % 12 + 1:02}-01T00:00:00Z"


def _public_json(data: dict[str, Any]) -> Response:
    """Return JSON that scripts of all sites may read."""
    response = jsonify(data)
    response.headers.update({"Cache-Control": CACHE_ONE_HOUR, "Access-Control-Allow-Origin": "*"})
    return response
