"""The blueprint of all pages under /admin/: who is signed in, and which requests may enter."""

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
TOKEN_KEY = "token"  # noqa: S105  (its key in the session)
# Largest request bodies in bytes by path prefix, where they may be larger than those of readers. A text may have half a
# megabyte. A longer one is refused with all its words still in the form, so the request must be accepted.
BODY_LIMITS = {"/admin/posts/": 8 * 2**20, "/admin/sign-in/": 8 * 2**20}
UPLOAD_PATH = "/admin/media/"


class EditablePost(Protocol):
    """A post or page with the id that the address of its editor needs."""

    @property
    def id(self) -> int: ...


@bp.before_request
def guard() -> ResponseReturnValue | None:
    """Let people who are signed in pass; send others to the sign-in form, which keeps all that they wrote."""
    _raise_body_limit()
    may_enter = request.endpoint in PUBLIC_ENDPOINTS or _has_session()
    if request.method in SAFE_METHODS:
        return None if may_enter else redirect(_sign_in_address(), 303)
    if not csrf.is_from_this_site():
        abort(403)
    if not may_enter:
        return form_recovery.ask_to_sign_in()
    return None if csrf.is_valid() else form_recovery.csrf_failed()


@bp.errorhandler(Unavailable)
def unavailable(error: Unavailable) -> ResponseReturnValue:
    """Show the form again with every word: the database is locked, full or read-only."""
    return form_recovery.not_saved(error)


def current_session() -> ActiveSession | None:
    """Return the session of this request, or None. Ask the database once a request."""
    if g.get("database_down"):  # the page that says so must not ask the database
        return None
    if "signed_in" not in g:
        g.signed_in = sessions.find(session.get(TOKEN_KEY))
    return g.signed_in  # type: ignore[no-any-return]


def current_person() -> Person:
    """Return the author who is signed in; abort with 403 if nobody is."""
    active = current_session()
    if active is None:
        abort(403)
    return active.person


def start_session(token: str) -> None:
    """Clear the cookie session and put the token in it, so that no session can be fixed in advance."""
    end_session()
    session.permanent = True
    session[TOKEN_KEY] = token


def end_session() -> None:
    session.clear()
    csrf.reset()
    g.pop("signed_in", None)


def edit_address(post: EditablePost) -> str:
    """Return the path of a post's editor, or "" for readers."""
    return f"/admin/posts/{post.id}/" if current_session() else ""


def keep_private(response: Response) -> Response:
    """Keep pages made for an author out of all caches."""
    if g.get("signed_in"):
        response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.context_processor
def _add_person() -> dict[str, Person | None]:
    active = current_session()
    return {"me": active.person if active else None}


def _raise_body_limit() -> None:
    for path, limit in BODY_LIMITS.items():
        if request.path.startswith(path):
            request.max_content_length = request.max_form_memory_size = limit
    if request.path == UPLOAD_PATH:
        # Files are stored on disk. The memory limit covers more than one chunk of the form, because a line may not end
        # at it.
        request.max_content_length, request.max_form_memory_size = MEDIA_LIMIT, MEMORY_LIMIT


def _has_session() -> bool:
    active = current_session()
    if active and sessions.touch(active):
        session.modified = True  # the cookie lives as long as the session
    return active is not None


def _sign_in_address() -> str:
    if request.endpoint == "admin.desk":
        return url_for("admin.sign_in")
    return url_for("admin.sign_in", next=request.full_path if request.query_string else request.path)
