"""Nothing that was written is lost when a session ends meanwhile: the form waits at the door, and is shown again.

`FORM_VIEWS` says how, by endpoint: a function that is given the fields, a sentence to be told, and what the address
says, and answers with the form and all its words. What has no entry there leads to its page without them.
"""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from blog.admin import responses
from blog.admin.csrf import csrf_token
from blog.core.errors import Unavailable
from blog.web import errors

FormFields = MultiDict[str, str]
FormView = Callable[..., ResponseReturnValue]

FORM_VIEWS: dict[str, FormView] = {}

WAITING_PREFIX = "kept-"
SECRET_FIELDS = ("password", "current", "token")
SIGNED_OUT = "You were signed out. Sign in again: what you wrote is kept, and you will find it as it was."
DATA_SIGNED_OUT = "You are signed out. Your words stay in this page."
SIGNED_IN_AGAIN = "You are signed in again. Nothing was lost, and nothing is saved yet."
OLD_PAGE = (
    "This page was open for long, or in another window somebody signed in or out. Nothing was done yet:"
    " press the button again."
)


def ask_to_sign_in() -> ResponseReturnValue:
    """The door, for a form that came after its session had ended. The fields wait in it.

    401 tells scripts what happened. It names no way to authenticate: browsers know none for cookies, and would ask for
    a password in a window of their own.
    """
    if errors.wants_json():
        return responses.json_response({"error": DATA_SIGNED_OUT, "sign_in": url_for("admin.sign_in")}, 401)
    waiting = [(WAITING_PREFIX + name, value) for name, value in _without_secrets(request.form)]
    return responses.page("admin/sign-in.html", 401, sentence=SIGNED_OUT, next=request.path, email="", kept=waiting)


def csrf_failed() -> ResponseReturnValue:
    """The form again, when its token was missing or wrong. A script is given the right one: others cannot read it."""
    if errors.wants_json():
        return responses.json_response({"error": OLD_PAGE, "token": csrf_token()}, 400)
    return _again(OLD_PAGE, 400, OLD_PAGE)


def not_saved(error: Unavailable) -> ResponseReturnValue:
    """The form again, when nothing could be written."""
    status = errors.STATUSES.get(type(error), 503)
    response = _again(f"{error} What you typed is still here.", status, str(error))
    response.headers["Retry-After"] = str(errors.RETRY_SECONDS)
    return response


def _again(sentence: str, status: int, without_form: str) -> Response:
    """The form that was sent, with a sentence to be told; an error page with another where there is none to show."""
    again = FORM_VIEWS.get(request.endpoint or "")
    if again is None or errors.wants_json():
        return errors.error_page(status, without_form)
    response = make_response(again(MultiDict(_without_secrets(request.form)), sentence, **(request.view_args or {})))
    if response.status_code == 200:
        response.status_code = status
    return response


def waiting_fields() -> list[tuple[str, str]]:
    """The fields that wait in the form of the door."""
    return [pair for pair in request.form.items(multi=True) if pair[0].startswith(WAITING_PREFIX)]


def resume(path: str) -> ResponseReturnValue:
    """What somebody was at before signing in: the form with what waited, or the page they wanted to see."""
    waiting = waiting_fields()
    again, given = _resumable(path) if waiting else (None, {})
    if again is None:
        return redirect(responses.return_path(path), 303)
    return again(
        MultiDict((name.removeprefix(WAITING_PREFIX), value) for name, value in waiting), SIGNED_IN_AGAIN, **given
    )


def _resumable(path: str) -> tuple[FormView | None, dict[str, Any]]:
    try:
        endpoint, given = current_app.url_map.bind("").match(path, method="POST")
    except (HTTPException, RequestRedirect):
        return None, {}
    return FORM_VIEWS.get(endpoint), dict(given)


def _without_secrets(fields: FormFields) -> Iterator[tuple[str, str]]:
    for name, value in fields.items(multi=True):
        if not any(word in name for word in SECRET_FIELDS):
            yield name, value
