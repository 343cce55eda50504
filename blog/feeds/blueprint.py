"""The blueprint of the feeds, and the headers of their responses."""

from flask import Blueprint, Response

from blog.web import templating

CACHE_CONTROL = "public, max-age=300, stale-while-revalidate=3600"

bp = Blueprint("feeds", __name__)
bp.before_request(templating.date_page)


def feed_response(body: bytes, content_type: str) -> Response:
    """Return a response that scripts of any site may read, and clients may cache for five minutes."""
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
