"""Answers that all views here give: a page, a form that was refused, something done."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from blog.core.accounts.throttle import Client, client_of
from blog.core.errors import BlogError, TooManyAttempts

# Exactly one slash at the beginning: two, or a backslash, would lead to another host.
RETURN_PATH = re.compile(r"/(?:admin|preview)/(?![/\\])[^\\\x00-\x20\x7f]{0,1000}")


def page(template: str, status: int = 200, **facts: Any) -> Response:
    """A page of authors."""
    return make_response(render_template(template, **{"errors": {}, **facts}), status)


def json_response(facts: Mapping[str, Any], status: int = 200) -> Response:
    """An answer for our scripts, as JSON."""
    return make_response(dict(facts), status)


def made(answer: ResponseReturnValue) -> Response:
    """The answer of a view as a response, to add headers."""
    return make_response(answer)


def form_with_errors(
    template: str, errors: Mapping[str, str], error: BlogError | None = None, **facts: Any
) -> Response:
    """A form that cannot be taken, every word still in it; `errors` tells what is wrong by field."""
    response = page(template, 429 if isinstance(error, TooManyAttempts) else 422, errors=errors, **facts)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def redirect_with_notice(endpoint: str, sentence: str, **values: Any) -> ResponseReturnValue:
    """Lead on to a page that tells once what was done."""
    flash(sentence)
    return redirect(url_for(endpoint, **values), 303)


def return_path(text: str) -> str:
    """Where somebody wanted to go, if it is a page of this room that can be read; else the desk."""
    desk = url_for("admin.desk")
    if not RETURN_PATH.fullmatch(text):
        return desk
    try:
        current_app.url_map.bind("").match(text.partition("?")[0], method="GET")
    except RequestRedirect:
        return text
    except HTTPException:
        return desk
    return text


def current_client() -> Client:
    """Who sends this request. Proxies are believed as far as the settings say, and no header else."""
    return client_of(request.remote_addr, request.user_agent.string, str(current_app.secret_key))
