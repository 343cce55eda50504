"""Stylesheets and icons: addresses carry a hash of the content, so that browsers keep them for ever."""

import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, send_from_directory, url_for

from blog import paths
from blog.config import Settings
from blog.core.media import NAME

HASHED = re.compile(r"(?P<stem>[\w/-]+)\.(?P<hash>[0-9a-f]{10})\.(?P<ending>\w+)")
ACCENT = re.compile(r"css/accent-([0-9a-f]{6})\.css")
FOR_EVER = "public, max-age=31536000, immutable"
# Even if a picture were something else, it could do nothing.
MEDIA_POLICY = "default-src 'none'; sandbox"

bp = Blueprint("assets", __name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Serve static files and pictures."""
    app.config["MEDIA_FOLDER"] = settings.media
    app.register_blueprint(bp)
    app.add_template_global(asset_url)


def asset_url(name: str) -> str:
    """The address of a static file, with the hash of its content."""
    stem, _, ending = name.rpartition(".")
    return url_for("assets.static_file", name=f"{stem}.{_content(name)[1]}.{ending}")


@bp.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """A stylesheet or icon, with or without the hash in its name."""
    accent = ACCENT.fullmatch(name)
    if accent:
        return _answer(b":root { --accent: #%s; }\n" % accent[1].encode(), "text/css", FOR_EVER)
    hashed = HASHED.fullmatch(name)
    plain = f"{hashed['stem']}.{hashed['ending']}" if hashed else name
    if not re.fullmatch(r"[\w/-]{1,80}\.\w{1,8}", plain, re.ASCII) or not (paths.static() / plain).is_file():
        abort(404)
    data, digest = _content(plain)
    lasting = hashed is not None and hashed["hash"] == digest
    kind = mimetypes.guess_type(plain)[0] or "application/octet-stream"
    return _answer(data, kind, FOR_EVER if lasting else "no-cache")


@bp.get("/favicon.ico")
def favicon() -> Response:
    """The icon that browsers ask for by themselves."""
    return _answer(_content("favicon.ico")[0], "image/x-icon", "public, max-age=86400")


@bp.get("/media/<name>")
def media(name: str) -> Response:
    """A stored picture. Its name holds its hash: what it shows never changes."""
    from flask import current_app

    if not re.fullmatch(NAME, name):
        abort(404)
    response = send_from_directory(Path(current_app.config["MEDIA_FOLDER"]), name, etag=name.partition(".")[0])
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Content-Security-Policy"] = MEDIA_POLICY
    return response


def _answer(data: bytes, kind: str, caching: str) -> Response:
    response = Response(data, mimetype=kind)
    response.headers["Cache-Control"] = caching
    return response


@cache
def _content(name: str) -> tuple[bytes, str]:
    data = (paths.static() / name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:10]
