"""What all addresses of this face share."""

from flask import Blueprint, Response

CACHE_CONTROL = "public, max-age=300, stale-while-revalidate=3600"

bp = Blueprint("feeds", __name__)


def feed_response(body: bytes, kind: str) -> Response:
    """A document that any program may read, from any site, and keep for five minutes."""
    response = Response(body, content_type=kind)
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
