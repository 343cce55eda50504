"""What all addresses of this face share: who is signed in, and who may come in."""

from typing import Protocol

from flask import Blueprint, Response, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from blog.admin import csrf, form_recovery
from blog.core.accounts import sessions
from blog.core.accounts.sessions import ActiveSession
from blog.core.errors import Unavailable
from blog.models import Person
from blog.web.request_body import MEDIA_LIMIT, MEMORY_LIMIT

bp = Blueprint("admin", __name__, url_prefix="/admin")

SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN = {"admin.sign_in", "admin.sign_out", "admin.set_up"}
TOKEN = "token"  # noqa: S105  (its name in the session)
# How much may come in, by the beginning of the path, where it is more than what readers may send. A text may have half
# a megabyte; one that is too long is refused with all its words still in the form, so it must come in.
LIMITS = {"/admin/posts/": 8 * 2**20, "/admin/sign-in/": 8 * 2**20}
PICTURES = "/admin/media/"


class Written(Protocol):
    """A post or page, as far as its address needs to know it."""

    @property
    def id(self) -> int:
        """Its number."""


@bp.before_request
def guard() -> ResponseReturnValue | None:
    """Let in who is signed in; send others to the door, with all that they wrote."""
    _make_room()
    may_enter = request.endpoint in OPEN or _enters()
    if request.method in SAFE:
        return None if may_enter else redirect(_door(), 303)
    if not csrf.from_here():
        abort(403)
    if not may_enter:
        return form_recovery.sign_in_first()
    return None if csrf.valid() else form_recovery.once_more()


@bp.errorhandler(Unavailable)
def not_now(error: Unavailable) -> ResponseReturnValue:
    """The form again, with every word: the database is locked, full or read-only."""
    return form_recovery.not_now(error)


def signed_in() -> ActiveSession | None:
    """Who is signed in, if anybody is; asked for once a request."""
    if g.get("database_down"):  # the database does not answer: the page that says so must not ask it
        return None
    if "signed_in" not in g:
        g.signed_in = sessions.find(session.get(TOKEN))
    return g.signed_in  # type: ignore[no-any-return]


def person() -> Person:
    """The author who is signed in."""
    found = signed_in()
    if found is None:
        abort(403)
    return found.person


def let_in(token: str) -> None:
    """Begin anew with the token of a session: nothing that the browser brought along is kept (no fixation)."""
    leave()
    session.permanent = True
    session[TOKEN] = token


def leave() -> None:
    """Forget who was signed in."""
    session.clear()
    csrf.forget()
    g.pop("signed_in", None)


def edit_address(post: Written) -> str:
    """Where a post is written, for who may; empty for readers."""
    return f"/admin/posts/{post.id}/" if signed_in() else ""


def keep_private(response: Response) -> Response:
    """An answer made for somebody who is signed in is nobody else's."""
    if g.get("signed_in"):
        response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.context_processor
def _who() -> dict[str, Person | None]:
    found = signed_in()
    return {"me": found.person if found else None}


def _make_room() -> None:
    for path, limit in LIMITS.items():
        if request.path.startswith(path):
            request.max_content_length = request.max_form_memory_size = limit
    if request.path == PICTURES:
        # Files are set aside. What is held of a form at once may be more than one piece of it: no line may end there.
        request.max_content_length, request.max_form_memory_size = MEDIA_LIMIT, MEMORY_LIMIT


def _enters() -> bool:
    found = signed_in()
    if found and sessions.touch(found):
        session.modified = True  # the cookie lives as long as the session
    return found is not None


def _door() -> str:
    wanted = request.full_path if request.query_string else request.path
    return url_for("admin.sign_in", next=wanted) if request.endpoint != "admin.desk" else url_for("admin.sign_in")
