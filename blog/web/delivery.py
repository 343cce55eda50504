"""The last step of an answer: validators, conditional GET, compression (RFC 9110).

An ETag names the uncompressed bytes, with a suffix for each encoding; whichever of them a client sends back,
strengthened or weakened by proxies, is understood.
"""

import gzip
import hashlib
import re
from datetime import datetime, timedelta
from functools import lru_cache

import brotli
from flask import Flask, Response, g, request
from werkzeug.http import http_date, parse_date

from blog import clock

SMALLEST = 300
COMPRESSIBLE = re.compile(r"text/|application/(?:json|[\w.-]+\+(?:json|xml)|xml|javascript)|image/svg")
ENTITY_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
SUFFIX = re.compile(r"(?:--?|;)(?:br|gzip)$")  # ours, and what proxies add when they compress


def init_app(app: Flask) -> None:
    """Let every answer pass here."""
    app.after_request(_deliver)


def changed_at(moment: datetime) -> None:
    """Say when what this answer shows last changed: it gets a Last-Modified.

    Dates in HTTP count seconds: a part of one counts as the next, or a second change within it would be missed.
    """
    g.changed_at = moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def _deliver(response: Response) -> Response:
    if response.status_code != 200 or request.method not in ("GET", "HEAD") or response.direct_passthrough:
        return response
    body = response.get_data()
    tag = response.get_etag()[0] or hashlib.sha256(body).hexdigest()[:20]
    if "no-store" not in response.headers.get("Cache-Control", ""):
        _validators(response, tag)
    if COMPRESSIBLE.match(response.mimetype or ""):
        response.vary.add("Accept-Encoding")
        encoding = _encoding() if len(body) >= SMALLEST else None
        if encoding:
            response.set_data(_compressed(body, encoding))
            response.headers["Content-Encoding"] = encoding
            if "ETag" in response.headers:
                response.headers["ETag"] = f'"{tag}-{encoding}"'
    if "ETag" in response.headers and _unchanged(tag):
        return _not_modified(response)
    return response


def _validators(response: Response, tag: str) -> None:
    response.headers["ETag"] = f'"{tag}"'
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-cache"
    if "changed_at" in g:
        # A date in the future would be refused; the true one is used when dates are compared.
        response.headers["Last-Modified"] = http_date(min(g.changed_at, clock.now()))


def _unchanged(tag: str) -> bool:
    """Whether the client has this answer already. If-None-Match wins over If-Modified-Since, both ways."""
    known = request.headers.get("If-None-Match")
    if known is not None:
        return known.strip() == "*" or any(SUFFIX.sub("", given) == tag for given in ENTITY_TAG.findall(known))
    since = parse_date(request.headers.get("If-Modified-Since"))
    return since is not None and "changed_at" in g and g.changed_at <= since


def _not_modified(response: Response) -> Response:
    response.status_code = 304
    response.set_data(b"")
    for name in ("Content-Length", "Content-Type", "Content-Encoding"):
        response.headers.pop(name, None)
    return response


def _encoding() -> str | None:
    """The encoding that the client likes best; None unless it asked."""
    accepted = request.accept_encodings
    wanted = {name: accepted.quality(name) for name in ("br", "gzip")}
    best = max(wanted, key=lambda name: (wanted[name], name == "br"))
    return best if wanted[best] > 0 else None


@lru_cache(maxsize=64)
def _compressed(body: bytes, encoding: str) -> bytes:
    return brotli.compress(body, quality=5) if encoding == "br" else gzip.compress(body, 6, mtime=0)
