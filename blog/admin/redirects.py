"""Redirects: list, add and remove them."""

from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import exceptions
from werkzeug.routing import RequestRedirect

from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.core.errors import Gone, Invalid, InvalidFields, NotFound, messages_by_field
from blog.core.urls import permalinks
from blog.core.urls import redirects as url_redirects

PAGE = "admin/redirects.html"
# Under these no redirect ever answers, whether the page or file exists or not.
OWN_PATHS = ("/admin/", "/static/", "/media/", "/cards/", "/preview/")
GONE = "gone"


@bp.route("/redirects/", methods=["GET", "POST"])
def redirects() -> ResponseReturnValue:
    """List all redirects, newest first, or those that begin with `q`."""
    return _change() if request.method == "POST" else _form(request.args, "")


def _change() -> ResponseReturnValue:
    if request.form.get("action") == "remove":
        return _remove(request.form.get("row", ""))
    if request.form.get("action") == "add":
        return _add()
    return redirect(url_for("admin.redirects"), 303)


def _add() -> ResponseReturnValue:
    path, target = (_local_path(request.form.get(name, "")) for name in ("source", "target"))
    gone = request.form.get("leads") == GONE
    try:
        if _exists(path):
            raise InvalidFields([Invalid("source", f"{path} is an address of the blog itself.")])
        url_redirects.add(path, None if gone else target)
    except InvalidFields as error:
        return _form(request.form, "", 422, errors=messages_by_field(error.errors))
    result = "says that it is gone" if gone else f"leads to {target}"
    return responses.redirect_to("admin.redirects", f"{path} {result} now.")


def _remove(path: str) -> ResponseReturnValue:
    """Remove a redirect; the next page has it in its form, to undo this."""
    try:
        removed = url_redirects.remove(path)
    except NotFound:  # another window was quicker
        return responses.redirect_to("admin.redirects", "That redirect is removed already.")
    flash(f"{path} leads nowhere any more. To undo this, press Add: the form is filled in.")
    leads, target = ("address", removed.target) if removed.target else (GONE, "")
    return redirect(url_for("admin.redirects", source=path, leads=leads, target=target, _anchor="add"), 303)


def _local_path(text: str) -> str:
    """Return an address of this site as its path; others unchanged."""
    value = text.strip()
    return value.removeprefix(str(current_app.config["SITE_URL"])) or value


def _exists(path: str) -> bool:
    """Return whether the blog itself answers at a path. Posts and pages do not count: the core checks them."""
    if not url_redirects.PATH.fullmatch(path):
        return False  # the core refuses it
    decoded = permalinks.decoded_path(path)
    if f"{decoded}/".startswith(OWN_PATHS):
        return True
    try:
        return _answers(decoded)
    except RequestRedirect as error:
        return _answers(unquote(urlsplit(error.new_url).path))


def _answers(path: str) -> bool:
    try:
        endpoint, view_args = current_app.url_map.bind("").match(path, method="GET")
    except (exceptions.NotFound, exceptions.MethodNotAllowed) as error:
        return isinstance(error, exceptions.MethodNotAllowed)
    if not view_args:  # an address without variables always exists
        return True
    try:
        current_app.view_functions[endpoint](**view_args)
    except (NotFound, Gone, exceptions.NotFound):
        return False
    return endpoint not in ("reader.article", "reader.page")


@form_recovery.form_view("admin.redirects")
def _form(fields: FormFields, sentence: str, status: int = 200, **variables: Any) -> ResponseReturnValue:
    prefix, after = request.args.get("q", "").strip(), request.args.get("after", "")
    defaults = {"source": "", "leads": "address", "target": ""}
    values = {name: fields.get(name, default) for name, default in defaults.items()}
    page = url_redirects.page(prefix, after)
    return responses.page(
        PAGE, status, sentence=sentence, page=page, prefix=prefix, after=after, fields=values, **variables
    )
