"""Make an account with a link: the first author's, or an invitation."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp, start_session
from blog.admin.form_recovery import FormFields
from blog.core.accounts import credentials, invitations
from blog.core.errors import Conflict, Gone, Invalid, NotFound

PAGE = "admin/setup.html"


@bp.route("/setup/<token>/", methods=["GET", "POST"])
def set_up(token: str) -> ResponseReturnValue:
    """Ask for name, e-mail address and password; with them, make the account."""
    return _make_account(token) if request.method == "POST" else _asked(MultiDict(), "", token)


def _make_account(token: str) -> ResponseReturnValue:
    """Make the account and sign in: the link is used up."""
    name, email, password = (request.form.get(field, "") for field in ("name", "email", "password"))
    try:
        begun = invitations.accept(token, name, email, password, responses.current_client())
    except (NotFound, Gone) as error:
        return _ended(error)
    except Invalid as error:
        return _refused(error.field, str(error), token)
    except Conflict:
        return _refused("email", "This address has an account already. Sign in with it, or choose another.", token)
    start_session(begun)
    return responses.redirect_with_notice("admin.desk", f"Welcome, {name.strip()[:120]}. This is your desk.")


def _asked(fields: FormFields, sentence: str, token: str) -> ResponseReturnValue:
    try:
        invitation = invitations.find(token)
    except (NotFound, Gone) as error:
        return _ended(error)
    typed = {"name": fields.get("name", invitation.name), "email": fields.get("email", invitation.email or "")}
    return responses.page(
        PAGE, sentence=sentence, fields=typed, least=credentials.PASSWORD_LENGTHS[0], action=_here(token)
    )


def _refused(field: str, message: str, token: str) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in ("name", "email")}
    return responses.form_with_errors(
        PAGE, {field: message}, fields=typed, least=credentials.PASSWORD_LENGTHS[0], action=_here(token)
    )


def _ended(error: NotFound | Gone) -> ResponseReturnValue:
    return responses.page("admin/link-ended.html", 410 if isinstance(error, Gone) else 404)


def _here(token: str) -> str:
    return url_for("admin.set_up", token=token)


form_recovery.FORM_VIEWS["admin.set_up"] = _asked
