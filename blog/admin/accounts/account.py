"""The author's own account: name, email, password, sessions."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from blog.admin import form_recovery, responses
from blog.admin.blueprint import TOKEN_KEY, bp, current_person, end_session, start_session
from blog.admin.form_recovery import FormFields
from blog.admin.user_agents import describe
from blog.core.accounts import credentials, sessions, sign_in
from blog.core.errors import BlogError, Conflict, Invalid, NotFound, TooManyAttempts

PAGE = "admin/account.html"


@bp.route("/account/", methods=["GET", "POST"])
def account() -> ResponseReturnValue:
    return _change() if request.method == "POST" else _form(MultiDict(), "")


def _change() -> ResponseReturnValue:
    action = request.form.get("action", "")
    try:
        return ACTIONS[action]() if action in ACTIONS else redirect(url_for("admin.account"), 303)
    except Conflict:
        return _form_with_error(action, {"email": "Somebody has this address already."})
    except Invalid as error:
        return _form_with_error(action, {_field(action, error.field): str(error)})
    except TooManyAttempts as error:
        return _form_with_error(action, {_field(action, "current"): str(error)}, error)


def _change_profile() -> ResponseReturnValue:
    name, email, current = (request.form.get(field, "") for field in ("name", "email", "current"))
    sign_in.change_profile(current_person(), name, email, current, responses.current_client())
    return responses.redirect_to("admin.account", "Your account is changed.")


def _change_password() -> ResponseReturnValue:
    current, password = (request.form.get(field, "") for field in ("current", "password"))
    start_session(sign_in.change_password(current_person(), current, password, responses.current_client()))
    return responses.redirect_to("admin.account", "Your password is changed. All other sessions have ended.")


def _end_session() -> ResponseReturnValue:
    session_id = request.form.get("session", "")
    try:
        sessions.revoke(current_person().id, session_id)
    except NotFound:  # another window was quicker
        return responses.redirect_to("admin.account", "That session has ended already.")
    if session_id == _own_session_id():
        end_session()
        return responses.redirect_to("admin.sign_in", "You are signed out.")
    return responses.redirect_to("admin.account", "The session has ended.")


def _end_other_sessions() -> ResponseReturnValue:
    sessions.revoke_others(current_person().id, _own_session_id())
    return responses.redirect_to("admin.account", "All other sessions have ended.")


ACTIONS: dict[str, Callable[[], ResponseReturnValue]] = {
    "profile": _change_profile, "password": _change_password, "end": _end_session, "end-others": _end_other_sessions,
}  # fmt: skip


def _own_session_id() -> str:
    return credentials.hash_token(session.get(TOKEN_KEY))


def _field(action: str, name: str) -> str:
    """Return the field's id on the page: two forms there ask for the current password."""
    return "current-for-password" if action == "password" and name == "current" else name


def _form_with_error(action: str, errors: dict[str, str], error: BlogError | None = None) -> ResponseReturnValue:
    return responses.form_with_errors(PAGE, errors, error, **_variables(request.form if action == "profile" else {}))


@form_recovery.form_view("admin.account")
def _form(fields: FormFields, sentence: str) -> ResponseReturnValue:
    return responses.page(PAGE, sentence=sentence, **_variables(fields))


def _variables(fields: Mapping[str, str]) -> dict[str, Any]:
    me, own_id = current_person(), _own_session_id()
    listed = [(row, describe(row.agent), row.id == own_id) for row in sessions.sessions_of(me.id)]
    values = {"name": fields.get("name", me.name), "email": fields.get("email", me.email or "")}
    return {"fields": values, "listed": listed, "least": credentials.PASSWORD_LENGTHS[0]}
