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

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
PUBLIC_ENDPOINTS = {"admin.sign_in", "admin.sign_out", "admin.set_up"}
TOKEN_KEY = "token"  # noqa: S105  (its name in the session)
# How much may come in, by the beginning of the path, where it is more than what readers may send. A text may have half
# a megabyte; one that is too long is refused with all its words still in the form, so it must come in.
BODY_LIMITS = {"/admin/posts/": 8 * 2**20, "/admin/sign-in/": 8 * 2**20}
UPLOAD_PATH = "/admin/media/"


class EditablePost(Protocol):
    """A post or page, as far as its address needs to know it."""

    @property
    def id(self) -> int:
        """Its number."""


@bp.before_request
def guard() -> ResponseReturnValue | None:
    """Let in who is signed in; send others to the door, with all that they wrote."""
    _make_room()
    may_enter = request.endpoint in PUBLIC_ENDPOINTS or _enters()
    if request.method in SAFE_METHODS:
        return None if may_enter else redirect(_door(), 303)
    if not csrf.is_from_this_site():
        abort(403)
    if not may_enter:
        return form_recovery.ask_to_sign_in()
    return None if csrf.is_valid() else form_recovery.csrf_failed()


@bp.errorhandler(Unavailable)
def unavailable(error: Unavailable) -> ResponseReturnValue:
    """The form again, with every word: the database is locked, full or read-only."""
    return form_recovery.not_saved(error)


def current_session() -> ActiveSession | None:
    """Who is signed in, if anybody is; asked for once a request."""
    if g.get("database_down"):  # the database does not answer: the page that says so must not ask it
        return None
    if "signed_in" not in g:
        g.signed_in = sessions.find(session.get(TOKEN_KEY))
    return g.signed_in  # type: ignore[no-any-return]


def current_person() -> Person:
    """The author who is signed in."""
    found = current_session()
    if found is None:
        abort(403)
    return found.person


def start_session(token: str) -> None:
    """Begin anew with the token of a session: nothing that the browser brought along is kept (no fixation)."""
    end_session()
    session.permanent = True
    session[TOKEN_KEY] = token


def end_session() -> None:
    """Forget who was signed in."""
    session.clear()
    csrf.reset()
    g.pop("signed_in", None)


def edit_address(post: EditablePost) -> str:
    """Where a post is written, for who may; empty for readers."""
    return f"/admin/posts/{post.id}/" if current_session() else ""


def keep_private(response: Response) -> Response:
    """An answer made for somebody who is signed in is nobody else's."""
    if g.get("signed_in"):
        response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.context_processor
def _who() -> dict[str, Person | None]:
    found = current_session()
    return {"me": found.person if found else None}


def _make_room() -> None:
    for path, limit in BODY_LIMITS.items():
        if request.path.startswith(path):
            request.max_content_length = request.max_form_memory_size = limit
    if request.path == UPLOAD_PATH:
        # Files are set aside. What is held of a form at once may be more than one piece of it: no line may end there.
        request.max_content_length, request.max_form_memory_size = MEDIA_LIMIT, MEMORY_LIMIT


def _enters() -> bool:
    found = current_session()
    if found and sessions.touch(found):
        session.modified = True  # the cookie lives as long as the session
    return found is not None


def _door() -> str:
    wanted = request.full_path if request.query_string else request.path
    return url_for("admin.sign_in", next=wanted) if request.endpoint != "admin.desk" else url_for("admin.sign_in")
