"""Make an account with a link: the first author's, or an invitation."""

from typing import Any

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
    """Ask for name, email and password; a POST makes the account."""
    return _make_account(token) if request.method == "POST" else _form(MultiDict(), "", token)


def _make_account(token: str) -> ResponseReturnValue:
    name, email, password = (request.form.get(field, "") for field in ("name", "email", "password"))
    try:
        session_token = invitations.accept(token, name, email, password, responses.current_client())
    except (NotFound, Gone) as error:
        return _link_ended(error)
    except Invalid as error:
        return _form(request.form, "", token, 422, errors={error.field: str(error)})
    except Conflict:
        message = "This address has an account already. Sign in with it, or choose another."
        return _form(request.form, "", token, 422, errors={"email": message})
    start_session(session_token)
    return responses.redirect_to("admin.desk", f"Welcome, {name.strip()[:120]}. This is your desk.")


@form_recovery.form_view("admin.set_up")
def _form(fields: FormFields, sentence: str, token: str, status: int = 200, **variables: Any) -> ResponseReturnValue:
    try:
        invitation = invitations.find(token)
    except (NotFound, Gone) as error:
        return _link_ended(error)
    return responses.page(
        PAGE, status, sentence=sentence, action=url_for("admin.set_up", token=token),
        least=credentials.PASSWORD_LENGTHS[0],
        fields={"name": fields.get("name", invitation.name), "email": fields.get("email", invitation.email or "")},
        **variables,
    )  # fmt: skip


def _link_ended(error: NotFound | Gone) -> ResponseReturnValue:
    return responses.page("admin/link-ended.html", 410 if isinstance(error, Gone) else 404)
