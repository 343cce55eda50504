"""Responses that the admin views share: a page, JSON, a form with errors, a redirect with a notice."""

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


def page(template: str, status: int = 200, **variables: Any) -> Response:
    return make_response(render_template(template, **{"errors": {}, **variables}), status)


def json_response(values: Mapping[str, Any], status: int = 200) -> Response:
    return make_response(dict(values), status)


def form_with_errors(
    template: str, errors: Mapping[str, str], error: BlogError | None = None, **variables: Any
) -> Response:
    """Return a form with every word that was typed and the messages in `errors` by field: status 422, or 429."""
    response = page(template, 429 if isinstance(error, TooManyAttempts) else 422, errors=errors, **variables)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def redirect_to(endpoint: str, sentence: str, **values: Any) -> ResponseReturnValue:
    """Redirect to a page that says once what was done."""
    flash(sentence)
    return redirect(url_for(endpoint, **values), 303)


def return_path(text: str) -> str:
    """Return the path if it is an existing page under /admin/ or /preview/, else the path of the dashboard."""
    dashboard = url_for("admin.desk")
    if not RETURN_PATH.fullmatch(text):
        return dashboard
    try:
        current_app.url_map.bind("").match(text.partition("?")[0], method="GET")
    except RequestRedirect:
        return text
    except HTTPException:
        return dashboard
    return text


def current_client() -> Client:
    """Return the client of this request. Only proxies that the settings name may set the address by headers."""
    return client_of(request.remote_addr, request.user_agent.string, str(current_app.secret_key))
