"""Old addresses, and where they lead: list, add, take away."""

from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import exceptions
from werkzeug.routing import RequestRedirect

from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.core.errors import Gone, Invalid, InvalidFields, NotFound
from blog.core.urls import permalinks
from blog.core.urls import redirects as led

PAGE = "admin/redirects.html"
# Files and rooms of the blog: whatever is asked for there, no old address answers.
OWN_PATHS = ("/admin/", "/static/", "/media/", "/cards/", "/preview/")
GONE = "gone"


@bp.route("/redirects/", methods=["GET", "POST"])
def redirects() -> ResponseReturnValue:
    """All old addresses, the newest first, or those that begin in some way (`q`)."""
    return _change() if request.method == "POST" else _shown(request.args, "")


def _change() -> ResponseReturnValue:
    """Add a redirect, or take one away."""
    if request.form.get("action") == "remove":
        return _remove(request.form.get("row", ""))
    if request.form.get("action") == "add":
        return _add()
    return redirect(url_for("admin.redirects"), 303)


def _add() -> ResponseReturnValue:
    path, target = (_here(request.form.get(name, "")) for name in ("source", "target"))
    gone = request.form.get("leads") == GONE
    try:
        if _is_something(path):
            raise InvalidFields([Invalid("source", f"{path} is an address of the blog itself.")])
        led.add(path, None if gone else target)
    except InvalidFields as error:
        errors = {one.field: str(one) for one in error.wrong}
        return responses.form_with_errors(PAGE, errors, **_facts(request.form))
    return responses.redirect_with_notice(
        "admin.redirects", f"{path} {'says that it is gone' if gone else f'leads to {target}'} now."
    )


def _remove(path: str) -> ResponseReturnValue:
    """Take one away; the next page has it in its form, so that it is soon put back."""
    try:
        removed = led.remove(path)
    except NotFound:  # another window was quicker
        return responses.redirect_with_notice("admin.redirects", "That redirect is removed already.")
    flash(f"{path} leads nowhere any more. To undo this, press Add: the form is filled in.")
    leads, target = ("address", removed.target) if removed.target else (GONE, "")
    return redirect(url_for("admin.redirects", source=path, leads=leads, target=target, _anchor="add"), 303)


def _here(text: str) -> str:
    """An address of this site as its path."""
    value = text.strip()
    return value.removeprefix(str(current_app.config["SITE_URL"])) or value


def _is_something(path: str) -> bool:
    """Whether the blog itself answers at an address; of posts and pages the core knows more."""
    if not led.PATH.fullmatch(path):
        return False  # nor can it be an old address: the core says so
    decoded = permalinks.decoded_path(path)
    if f"{decoded}/".startswith(OWN_PATHS):
        return True
    try:
        return _answers(decoded)
    except RequestRedirect as error:
        return _answers(unquote(urlsplit(error.new_url).path))


def _answers(path: str) -> bool:
    try:
        endpoint, given = current_app.url_map.bind("").match(path, method="GET")
    except (exceptions.NotFound, exceptions.MethodNotAllowed) as error:
        return isinstance(error, exceptions.MethodNotAllowed)
    if not given:  # an address without parts that vary is always there
        return True
    try:
        current_app.view_functions[endpoint](**given)
    except (NotFound, Gone, exceptions.NotFound):
        return False
    return endpoint not in ("reader.article", "reader.page")


def _shown(fields: FormFields, sentence: str) -> ResponseReturnValue:
    return responses.page(PAGE, sentence=sentence, **_facts(fields))


def _facts(fields: FormFields) -> dict[str, Any]:
    prefix, after = request.args.get("q", "").strip(), request.args.get("after", "")
    typed = {"source": "", "leads": "address", "target": ""}
    return {
        "page": led.page(prefix, after),
        "prefix": prefix,
        "after": after,
        "fields": {name: fields.get(name, text) for name, text in typed.items()},
    }


form_recovery.FORM_VIEWS["admin.redirects"] = _shown
