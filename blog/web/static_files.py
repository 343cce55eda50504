"""Stylesheets, icons, pictures: answered in front of Flask, with addresses that hold a hash of what they show."""

import hashlib
import mimetypes
import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from flask import Blueprint, Flask, abort

from blog import paths
from blog.config import Settings
from blog.core.images.variants import IMAGE_NAME, TYPES
from blog.web import security
from blog.web.responses import EFFORT_FOREVER, EncodedResponse
from blog.web.theme import stylesheets
from blog.web.theme.owner_files import Theme

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FILE_NAME = re.compile(
    r"(?=.{1,120}$)(?P<stem>[\w-]+(?:/[\w-]+)*)(?:\.(?P<hash>[0-9a-f]{10}))?\.(?P<ending>\w{1,8})", re.ASCII
)
# Any colour may be asked for: no more of them are kept than these.
MAX_READER_STYLESHEETS = 8
IMMUTABLE = "public, max-age=31536000, immutable"
ONE_DAY = "public, max-age=86400"
COMMENTS = {
    "js": re.compile(rb"^[ ]*//.*\n|[ ]{2}// .*$", re.MULTILINE),
    "css": re.compile(rb"\s*/\*.*?\*/|(?<=[;{}:,])\s+", re.DOTALL),
}
# Even if a picture were something else, it could do nothing.
MEDIA_POLICY = "default-src 'none'; sandbox"

bp = Blueprint("assets", __name__)


def init_app(app: Flask) -> None:
    """Give an app's templates the addresses of its static files."""
    app.register_blueprint(bp)
    app.add_template_global(asset_url)


def asset_url(name: str) -> str:
    """The address of a static file, with the hash of its content."""
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{_digest(name)}.{ending}"


@bp.get("/static/<path:name>")
@bp.get("/media/<name>")
@bp.get("/favicon.ico", defaults={"name": "favicon.ico"})
def not_there(name: str) -> NoReturn:  # noqa: ARG001
    """What lies at these addresses was answered before Flask was asked: only what does not comes here."""
    abort(404)


class StaticFiles:
    """A WSGI layer that answers for static files and stored pictures, and passes all else on."""

    def __init__(self, application: "WSGIApplication", settings: Settings, theme: Theme) -> None:
        self.application = application
        self._media = settings.media
        self._headers = security.headers(settings)
        self._theme = theme
        self._static: dict[str, EncodedResponse] = {}
        self.looks: dict[str, EncodedResponse] = {}

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request for a file; let the application answer all others."""
        ready = self.ready(environ, start)
        if ready is not None:
            return ready
        path = environ["PATH_INFO"]
        if path.startswith(("/static/", "/media/", "/favicon.ico")) and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            answer = self._answer(path)
            if answer is not None:
                return answer.send(environ, start)
        return self.application(environ, start)

    def ready(self, environ: "WSGIEnvironment", start: "StartResponse") -> list[bytes] | None:
        """The answer, if it is one of a file that lies in memory."""
        path: str = environ["PATH_INFO"]
        kept = self._static.get(path[8:]) if path.startswith("/static/") else None
        if kept is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        return kept.send(environ, start)

    def _answer(self, path: str) -> EncodedResponse | None:
        room, _, name = path.lstrip("/").partition("/")
        if room == "media":
            return self._picture(name) if re.fullmatch(IMAGE_NAME, name) else None
        return self._static_file(name, "no-cache") if room == "static" else self._static_file(path[1:], ONE_DAY)

    def _static_file(self, name: str, caching: str) -> EncodedResponse | None:
        """A file with or without the right hash in its name; kept in memory once it was asked for."""
        kept = self._static.get(name)
        if kept is not None:
            return kept
        if name.startswith("css/reader"):
            look = self.looks.get(name) or self._look(name)
            if look:
                return look
        named = FILE_NAME.fullmatch(name)
        plain = f"{named['stem']}.{named['ending']}" if named else ""
        if named is None or not (paths.static() / plain).is_file():
            return None
        digest = named["hash"]
        if digest and digest != _digest(plain):
            return self._static_file(plain, caching)
        kind = (
            "image/x-icon" if plain.endswith(".ico") else mimetypes.guess_type(plain)[0] or "application/octet-stream"
        )
        answer = self._made(_lean(plain), kind, IMMUTABLE if digest else caching)
        answer.effort = EFFORT_FOREVER
        return self._static.setdefault(name, answer)

    def _look(self, name: str) -> EncodedResponse | None:
        """The stylesheet in colours and typeface of its name, and with the owner's own."""
        self._theme.version()
        found = stylesheets.build(name, b"".join(map(_lean, stylesheets.FILES)), self._theme)
        if found is None:
            return None
        answer = self._made(found[0], "text/css", IMMUTABLE if found[1] else "no-cache")
        if found[1]:
            answer.effort = EFFORT_FOREVER
            if len(self.looks) >= MAX_READER_STYLESHEETS:
                self.looks.clear()
            self.looks[name] = answer
        return answer

    def _picture(self, name: str) -> EncodedResponse | None:
        """A stored picture. Its name holds its hash: what it shows never changes."""
        digest, _, ending = name.partition(".")
        try:
            data = (self._media / name).read_bytes()
        except OSError:
            return None
        return self._made(data, TYPES[ending], IMMUTABLE, policy=MEDIA_POLICY, tag=digest)

    def _made(self, data: bytes, kind: str, caching: str, *, policy: str = "", tag: str = "") -> EncodedResponse:
        own = {"Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind, "Cache-Control": caching}
        if policy:
            own["Content-Security-Policy"] = policy
        return EncodedResponse("200 OK", (dict(self._headers) | own).items(), data, tag=tag)


def _lean(name: str) -> bytes:
    """A static file without comments, and styles without their spaces: these are for who reads the source.

    Of scripts only whole lines, and the ends of lines that are set off by two spaces: a regular expression may hold
    what looks like a comment.
    """
    data = (paths.static() / name).read_bytes()
    spare = COMMENTS.get(name.rpartition(".")[2])
    return spare.sub(b"", data) if spare else data


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((paths.static() / name).read_bytes()).hexdigest()[:10]
