"""Error handlers: a calm page, with the right status, for each error."""

from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, current_app, make_response, redirect, render_template, request
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from blog.core import errors
from blog.core.db import transaction
from blog.core.urls import permalinks
from blog.extensions import db
from blog.web import templating
from blog.web.sessions import ADMIN_PATH

STATUSES: dict[type, int] = {
    errors.NotFound: 404, errors.Gone: 410, errors.Invalid: 422, errors.InvalidFields: 422, errors.Conflict: 409,
    errors.Forbidden: 403, errors.TooManyAttempts: 429, errors.Unavailable: 503, errors.DiskFull: 507,
}  # fmt: skip
# The error's own message says more than the one below.
OWN_MESSAGE = {403, 409, 422, 429}
MESSAGES = {
    400: ("A strange request", "The server could not make sense of it."),
    403: ("Not from here", "This was not done."),
    404: ("Nothing at this address", "It may have been mistyped, or never have existed."),
    405: ("Not like this", "This address can be read, and nothing else."),
    410: ("Taken away", "What was here has been deleted by its author."),
    413: ("Too much", "The request is larger than this address takes."),
    409: ("That is taken", ""),
    411: ("Length required", "The request did not say how long it is. Send it as one whole."),
    422: ("That cannot be used", ""),
    429: ("Too often", ""),
    500: ("Something broke here", "It is not your fault. The error has been written down; please try again later."),
    503: ("Back in a moment", "The database is busy or cannot be reached. Please try again shortly."),
    507: ("No room", str(errors.disk_full("Nothing was stored"))),
}
RETRY_SECONDS = 10


def init_app(app: Flask) -> None:
    """Register the error handlers, and the checks of routing's redirects.

    Of endpoints with variable parts, `address_checks` holds functions that take these, and raise NotFound or Gone for
    an address of no page. They cost less than the page.
    """
    app.extensions["address_checks"] = {}
    app.register_error_handler(errors.BlogError, _blog_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(OSError, _disk_error)
    app.before_request(_check_slash_redirect)
    app.after_request(_make_redirect_relative)


def status_of(error: errors.BlogError) -> int:
    """Return the status that reports an error: that of its class, or of the nearest class above it."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def _blog_error(error: errors.BlogError) -> BaseResponse:
    status = status_of(error)
    if status == 404:
        return _redirect_or_not_found()
    response = error_page(status, str(error) if status in OWN_MESSAGE else "")
    if isinstance(error, errors.TooManyAttempts):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _http_error(error: HTTPException) -> BaseResponse:
    if error.code == 404:
        return _redirect_or_not_found()
    response = error_page(error.code or 500)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _database_error(error: DBAPIError) -> BaseResponse:
    """Answer 503 if the database cannot be reached or is damaged; raise other errors, which are bugs."""
    if not isinstance(error, OperationalError) and not transaction.is_damage_error(error):
        raise error
    current_app.logger.error("The database did not answer: %s", error.orig)
    # Expunged rows stay readable: the error page needs the site's name, and the database may be gone.
    db.session.expunge_all()
    db.session.rollback()
    templating.mark_database_down()
    return error_page(503)


def _disk_error(error: OSError) -> BaseResponse:
    """Answer 507 if the disk is full; raise other errors, which do not concern visitors."""
    if not errors.is_disk_full(error):
        raise error
    return error_page(507)


def _redirect_or_not_found() -> BaseResponse:
    """Redirect an old address, answer 410 for a deleted post, else 404."""
    try:
        old_path = permalinks.find_redirect(request.path)
    except DBAPIError as error:
        return _database_error(error)
    if old_path is None:
        return error_page(404)
    return redirect(old_path.target, 301) if old_path.target else error_page(410)


def _check_slash_redirect() -> BaseResponse | None:
    """Answer 404 or 410 at once instead of redirecting to an address with a final slash where nothing is."""
    exception = request.routing_exception
    # Below /admin/ the views decide who may know what exists; the visitor is not authenticated yet.
    if not isinstance(exception, RequestRedirect) or request.path.startswith(ADMIN_PATH):
        return None
    old_path = permalinks.find_redirect(request.path)
    if old_path and old_path.target:
        return redirect(old_path.target, 301)
    endpoint, values = current_app.url_map.bind("").match(urlsplit(exception.new_url).path, method="GET")
    if check := current_app.extensions["address_checks"].get(endpoint):
        check(**values)
    return None


def _make_redirect_relative(response: Response) -> Response:
    """Remove scheme and host from routing's own redirects (308, to the final slash): a proxy may have changed them."""
    if response.status_code == 308:
        parts = urlsplit(response.headers["Location"])
        response.headers["Location"] = urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, ""))
    return response


def wants_json() -> bool:
    """Return whether one of our scripts sent this request: it accepts JSON, and shows errors itself."""
    return request.headers.get("Accept") == "application/json"


def error_page(status: int, message: str = "") -> Response:
    """Return an error page that says how to go on; for scripts, its message as JSON."""
    title, default = MESSAGES.get(status, (HTTPStatus(status).phrase, ""))
    if wants_json():
        response = make_response({"error": message or default or title}, status)
    else:
        html = render_template("errors/error.html", status=status, title=title, sentence=message or default)
        response = Response(html, status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
