"""What all addresses of this face share."""

from typing import Any

from flask import Blueprint, Response, jsonify

bp = Blueprint("social", __name__)
CACHE_ONE_HOUR = "public, max-age=3600"


def public_json(data: dict[str, Any]) -> Response:
    """Return JSON that scripts of all sites may read."""
    response = jsonify(data)
    response.headers.update({"Cache-Control": CACHE_ONE_HOUR, "Access-Control-Allow-Origin": "*"})
    return response
