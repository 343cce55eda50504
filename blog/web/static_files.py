"""Static files and stored images, answered in front of Flask. Their URLs hold a hash of the content."""

import hashlib
import mimetypes
import re
from collections.abc import Iterable
from functools import cache
from typing import NoReturn
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask, abort

from blog import paths
from blog.config import Settings
from blog.core.images.variants import IMAGE_NAME, TYPES
from blog.web import security
from blog.web.responses import EFFORT_FOREVER, Answer, EncodedResponse, RequestHead
from blog.web.theme import stylesheets
from blog.web.theme.owner_files import Theme

FILE_NAME = re.compile(
    r"(?=.{1,120}$)(?P<stem>[\w-]+(?:/[\w-]+)*)(?:\.(?P<hash>[0-9a-f]{10}))?\.(?P<ending>\w{1,8})", re.ASCII
)
# Clients may request any colour: this many stylesheets are cached at most.
MAX_READER_STYLESHEETS = 8
IMMUTABLE = "public, max-age=31536000, immutable"
ONE_DAY = "public, max-age=86400"
COMMENTS = {
    "js": re.compile(rb"^[ ]*//.*\n|[ ]{2}// .*$", re.MULTILINE),
    "css": re.compile(rb"\s*/\*.*?\*/|(?<=[;{}:,])\s+", re.DOTALL),
}
# Even if a stored image were something else, it could not run.
MEDIA_POLICY = "default-src 'none'; sandbox"

bp = Blueprint("assets", __name__)


def init_app(app: Flask) -> None:
    """Register the template global `asset_url` and the endpoints of files."""
    app.register_blueprint(bp)
    app.add_template_global(asset_url)


def asset_url(name: str) -> str:
    """Return the URL of a static file, with a hash of its content."""
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{_digest(name)}.{ending}"


@bp.get("/static/<path:name>")
@bp.get("/media/<name>")
@bp.get("/favicon.ico", defaults={"name": "favicon.ico"})
def not_there(name: str) -> NoReturn:  # noqa: ARG001
    """Answer 404: `StaticFiles` answers for files that exist, before Flask is called."""
    abort(404)


class StaticFiles:
    """WSGI middleware that answers for static files and stored images, and passes on all other requests."""

    def __init__(self, application: WSGIApplication, settings: Settings, theme: Theme) -> None:
        self.application = application
        self._media = settings.media
        self._headers = security.headers(settings)
        self._theme = theme
        self._files: dict[str, EncodedResponse] = {}
        self.stylesheets: dict[str, EncodedResponse] = {}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        head = RequestHead.from_environ(environ)
        if head.is_read and head.path.startswith(("/static/", "/media/", "/favicon.ico")):
            response = self._response(head.path)
            if response is not None:
                return response.answer(head).start(start)
        return self.application(environ, start)

    def ready(self, head: RequestHead) -> Answer | None:
        """Answer with a file that is in memory; for other requests, return None and do nothing."""
        if not head.is_read or not head.path.startswith("/static/"):
            return None
        name = head.path[8:]
        response = self._files.get(name) or self.stylesheets.get(name)
        return response.answer(head) if response and response.is_prepared(head.accept_encoding) else None

    def _response(self, path: str) -> EncodedResponse | None:
        folder, _, name = path.lstrip("/").partition("/")
        if folder == "media":
            return self._image(name) if re.fullmatch(IMAGE_NAME, name) else None
        return self._static_file(name, "no-cache") if folder == "static" else self._static_file(path[1:], ONE_DAY)

    def _static_file(self, name: str, cache_control: str) -> EncodedResponse | None:
        """Return a file, with or without the right hash in its name. It stays in memory afterwards."""
        response = self._files.get(name)
        if response is not None:
            return response
        if name.startswith("css/reader"):
            response = self.stylesheets.get(name) or self._stylesheet(name)
            if response:
                return response
        match = FILE_NAME.fullmatch(name)
        file = f"{match['stem']}.{match['ending']}" if match else ""
        if match is None or not (paths.static() / file).is_file():
            return None
        digest = match["hash"]
        if digest and digest != _digest(file):
            return self._static_file(file, cache_control)
        media_type = (
            "image/x-icon" if file.endswith(".ico") else mimetypes.guess_type(file)[0] or "application/octet-stream"
        )
        response = self._file_response(_minify(file), media_type, IMMUTABLE if digest else cache_control)
        response.effort = EFFORT_FOREVER
        return self._files.setdefault(name, response)

    def _stylesheet(self, name: str) -> EncodedResponse | None:
        """Return readers' stylesheet in the accent and typeface of its name, with the owner's custom.css."""
        self._theme.version()
        stylesheet = stylesheets.build(name, b"".join(map(_minify, stylesheets.FILES)), self._theme)
        if stylesheet is None:
            return None
        css, immutable = stylesheet
        response = self._file_response(css, "text/css", IMMUTABLE if immutable else "no-cache")
        if immutable:
            response.effort = EFFORT_FOREVER
            if len(self.stylesheets) >= MAX_READER_STYLESHEETS:
                self.stylesheets.clear()
            self.stylesheets[name] = response
        return response

    def _image(self, name: str) -> EncodedResponse | None:
        """Return a stored image. Its name holds its hash, so it never changes."""
        digest, _, ending = name.partition(".")
        try:
            data = (self._media / name).read_bytes()
        except OSError:
            return None
        return self._file_response(data, TYPES[ending], IMMUTABLE, policy=MEDIA_POLICY, tag=digest)

    def _file_response(
        self, data: bytes, media_type: str, cache_control: str, *, policy: str = "", tag: str = ""
    ) -> EncodedResponse:
        content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
        headers = dict(self._headers) | {"Content-Type": content_type, "Cache-Control": cache_control}
        if policy:
            headers["Content-Security-Policy"] = policy
        return EncodedResponse("200 OK", headers.items(), data, tag=tag)


def _minify(name: str) -> bytes:
    """Return a static file without comments, and a stylesheet without needless spaces.

    In scripts only comments on lines of their own, or after two spaces, are removed: a regular expression may hold
    what looks like a comment.
    """
    data = (paths.static() / name).read_bytes()
    pattern = COMMENTS.get(name.rpartition(".")[2])
    return pattern.sub(b"", data) if pattern else data


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((paths.static() / name).read_bytes()).hexdigest()[:10]
