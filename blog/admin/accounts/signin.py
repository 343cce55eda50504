"""Sign in, sign out."""

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from blog.admin import dashboard, form_recovery, responses
from blog.admin.blueprint import TOKEN_KEY, bp, current_session, end_session, start_session
from blog.admin.form_recovery import FormFields
from blog.core.accounts import sessions, signin
from blog.core.errors import Invalid, TooManyAttempts

PAGE = "admin/sign-in.html"


@bp.route("/sign-in/", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """The door."""
    if request.method == "POST":
        return _enter()
    if current_session():
        return redirect(responses.return_path(request.args.get("next", "")), 303)
    return responses.page(PAGE, email="", next=request.args.get("next", ""), kept=[])


def _enter() -> ResponseReturnValue:
    """Come in; go on with what was interrupted, if something was."""
    email, password, wanted = (request.form.get(name, "") for name in ("email", "password", "next"))
    before = session.get(TOKEN_KEY)
    try:
        token = signin.sign_in(email, password, responses.current_client())
    except (Invalid, TooManyAttempts) as error:
        errors = {"email": str(error)}
        return responses.form_with_errors(
            PAGE, errors, error, email=email, next=wanted, kept=form_recovery.waiting_fields()
        )
    if before:
        sessions.end(before)
    start_session(token)
    return form_recovery.resume(wanted)


@bp.post("/sign-out/")
def sign_out() -> ResponseReturnValue:
    """Leave; who left already may leave again."""
    sessions.end(session.get(TOKEN_KEY))
    end_session()
    return responses.redirect_with_notice("admin.sign_in", "You are signed out.")


def _sign_in_again(fields: FormFields, sentence: str) -> ResponseReturnValue:
    email, wanted = (fields.get(name, "") for name in ("email", "next"))
    return responses.page(PAGE, sentence=sentence, email=email, next=wanted, kept=form_recovery.waiting_fields())


def _sign_out_again(_fields: FormFields, sentence: str) -> ResponseReturnValue:
    if current_session():
        return dashboard.start_page(sentence)
    return redirect(url_for("admin.sign_in"), 303)


form_recovery.FORM_VIEWS["admin.sign_in"] = _sign_in_again
form_recovery.FORM_VIEWS["admin.sign_out"] = _sign_out_again
