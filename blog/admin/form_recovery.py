"""Keep a form that arrives without a valid session: carry its fields through the sign-in form and show it again.

`form_view` registers a function that shows the form of an endpoint again. It takes the fields, a sentence for the
author and the variables of the address. An endpoint without one leads to its page, without the fields.
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

FORM_VIEWS: dict[str, FormView] = {}  # by endpoint

# The sign-in form carries the fields of the other form under this prefix.
WAITING_PREFIX = "kept-"
SECRET_FIELDS = ("password", "current", "token")
SIGNED_OUT = "You were signed out. Sign in again: what you wrote is kept, and you will find it as it was."
DATA_SIGNED_OUT = "You are signed out. Your words stay in this page."
SIGNED_IN_AGAIN = "You are signed in again. Nothing was lost, and nothing is saved yet."
OLD_PAGE = (
    "This page was open for long, or in another window somebody signed in or out. Nothing was done yet:"
    " press the button again."
)


def form_view(endpoint: str) -> Callable[[FormView], FormView]:
    """Decorate the function that shows the form of an endpoint again."""

    def register(view: FormView) -> FormView:
        FORM_VIEWS[endpoint] = view
        return view

    return register


def ask_to_sign_in() -> ResponseReturnValue:
    """Return the sign-in form for a form that arrived after its session had ended; it carries the fields.

    The status 401 tells scripts what happened. It names no way to authenticate: browsers know none for cookies, and
    would ask for a password in a window of their own.
    """
    if errors.wants_json():
        return responses.json_response({"error": DATA_SIGNED_OUT, "sign_in": url_for("admin.sign_in")}, 401)
    fields = [(WAITING_PREFIX + name, value) for name, value in _without_secrets(request.form)]
    return responses.page(
        "admin/sign-in.html", 401, sentence=SIGNED_OUT, next=request.path, email="", waiting_fields=fields
    )


def csrf_failed() -> ResponseReturnValue:
    """Show the form again if its token was missing or wrong. Scripts get a new token; other sites cannot read it."""
    if errors.wants_json():
        return responses.json_response({"error": OLD_PAGE, "token": csrf_token()}, 400)
    return _form_again(OLD_PAGE, 400, OLD_PAGE)


def not_saved(error: Unavailable) -> ResponseReturnValue:
    """Show the form again if nothing could be written."""
    status = errors.status_of(error)
    response = _form_again(f"{error} What you typed is still here.", status, str(error))
    response.headers["Retry-After"] = str(errors.RETRY_SECONDS)
    return response


def _form_again(sentence: str, status: int, sentence_without_form: str) -> Response:
    """Return the submitted form with a sentence, or an error page with the other one if no form can be shown."""
    view = FORM_VIEWS.get(request.endpoint or "")
    if view is None or errors.wants_json():
        return errors.error_page(status, sentence_without_form)
    response = make_response(view(MultiDict(_without_secrets(request.form)), sentence, **(request.view_args or {})))
    if response.status_code == 200:
        response.status_code = status
    return response


def waiting_fields() -> list[tuple[str, str]]:
    """Return the fields that the sign-in form carries for another form, with their prefix."""
    return [pair for pair in request.form.items(multi=True) if pair[0].startswith(WAITING_PREFIX)]


def resume(path: str) -> ResponseReturnValue:
    """After sign-in, show the form whose fields were carried, or lead to the page that was asked for."""
    fields = MultiDict((name.removeprefix(WAITING_PREFIX), value) for name, value in waiting_fields())
    view, view_args = _form_view(path) if fields else (None, {})
    if view is None:
        return redirect(responses.return_path(path), 303)
    return view(fields, SIGNED_IN_AGAIN, **view_args)


def _form_view(path: str) -> tuple[FormView | None, dict[str, Any]]:
    try:
        endpoint, view_args = current_app.url_map.bind("").match(path, method="POST")
    except (HTTPException, RequestRedirect):
        return None, {}
    return FORM_VIEWS.get(endpoint), dict(view_args)


def _without_secrets(fields: FormFields) -> Iterator[tuple[str, str]]:
    for name, value in fields.items(multi=True):
        if not any(word in name for word in SECRET_FIELDS):
            yield name, value
