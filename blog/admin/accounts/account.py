"""One's own account: name, e-mail address, password, and where one is signed in."""

from collections.abc import Callable
from typing import Any

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from blog.admin import form_recovery, responses
from blog.admin.blueprint import TOKEN_KEY, bp, current_person, end_session, start_session
from blog.admin.form_recovery import FormFields
from blog.admin.user_agents import describe
from blog.core.accounts import credentials, sessions, signin
from blog.core.errors import BlogError, Conflict, Invalid, NotFound, TooManyAttempts

PAGE = "admin/account.html"


@bp.route("/account/", methods=["GET", "POST"])
def account() -> ResponseReturnValue:
    """The account of who is signed in, and what they change in it."""
    return _change() if request.method == "POST" else _shown(MultiDict(), "")


def _change() -> ResponseReturnValue:
    """Do what the button that was pressed says."""
    action = request.form.get("action", "")
    try:
        return ACTIONS[action]() if action in ACTIONS else redirect(url_for("admin.account"), 303)
    except Conflict:
        return _refused(action, {"email": "Somebody has this address already."})
    except Invalid as error:
        return _refused(action, {_field(action, error.field): str(error)})
    except TooManyAttempts as error:
        return _refused(action, {_field(action, "current"): str(error)}, error)


def _change_profile() -> ResponseReturnValue:
    name, email, current = (request.form.get(field, "") for field in ("name", "email", "current"))
    signin.change_profile(current_person(), name, email, current, responses.current_client())
    return responses.redirect_with_notice("admin.account", "Your account is changed.")


def _change_password() -> ResponseReturnValue:
    current, password = (request.form.get(field, "") for field in ("current", "password"))
    start_session(signin.change_password(current_person(), current, password, responses.current_client()))
    return responses.redirect_with_notice("admin.account", "Your password is changed. All other sessions have ended.")


def _end_one() -> ResponseReturnValue:
    ended = request.form.get("session", "")
    try:
        sessions.revoke(current_person().id, ended)
    except NotFound:  # another window was quicker
        return responses.redirect_with_notice("admin.account", "That session has ended already.")
    if ended == _own():
        end_session()
        return responses.redirect_with_notice("admin.sign_in", "You are signed out.")
    return responses.redirect_with_notice("admin.account", "The session has ended.")


def _end_others() -> ResponseReturnValue:
    sessions.revoke_others(current_person().id, _own())
    return responses.redirect_with_notice("admin.account", "All other sessions have ended.")


ACTIONS: dict[str, Callable[[], ResponseReturnValue]] = {
    "profile": _change_profile, "password": _change_password, "end": _end_one, "end-others": _end_others,
}  # fmt: skip


def _own() -> str:
    return credentials.hash_token(session.get(TOKEN_KEY))


def _field(action: str, name: str) -> str:
    """The field on the page: two of its forms ask for the current password."""
    return "current-for-password" if action == "password" and name == "current" else name


def _refused(action: str, errors: dict[str, str], error: BlogError | None = None) -> ResponseReturnValue:
    return responses.form_with_errors(
        PAGE, errors, error, **_facts(request.form if action == "profile" else MultiDict())
    )


def _shown(fields: FormFields, sentence: str) -> ResponseReturnValue:
    return responses.page(PAGE, sentence=sentence, **_facts(fields))


def _facts(fields: FormFields) -> dict[str, Any]:
    me = current_person()
    listed = [(row, describe(row.agent), row.id == _own()) for row in sessions.sessions_of(me.id)]
    typed = {"name": fields.get("name", me.name), "email": fields.get("email", me.email or "")}
    return {"fields": typed, "listed": listed, "least": credentials.PASSWORD_LENGTHS[0]}


form_recovery.FORM_VIEWS["admin.account"] = _shown
