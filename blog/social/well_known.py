"""The addresses under /.well-known/: WebFinger, the id of the Bluesky account, security.txt."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from flask import Response, abort, current_app, request, url_for

from blog import clock
from blog.core.errors import NotFound
from blog.social.blueprint import CACHE_ONE_HOUR, bp, public_json
from blog.web import templating
from blog.web.responses import UNCACHEABLE

# The validity of security.txt: RFC 9116 wants less than a year.
EXPIRY_MONTHS = 11


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
    response = public_json({"subject": f"acct:{account[1:]}", "aliases": [profile], "links": [link]})
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
