"""Sign in, sign out."""

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from blog.admin import dashboard, form_recovery, responses
from blog.admin.blueprint import TOKEN, bp, leave, let_in, signed_in
from blog.admin.form_recovery import Fields
from blog.core.accounts import sessions, signin
from blog.core.errors import Invalid, TooManyAttempts

PAGE = "admin/sign-in.html"


@bp.route("/sign-in/", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """The door."""
    if request.method == "POST":
        return _enter()
    if signed_in():
        return redirect(responses.way_back(request.args.get("next", "")), 303)
    return responses.page(PAGE, email="", next=request.args.get("next", ""), kept=[])


def _enter() -> ResponseReturnValue:
    """Come in; go on with what was interrupted, if something was."""
    email, password, wanted = (request.form.get(name, "") for name in ("email", "password", "next"))
    before = session.get(TOKEN)
    try:
        token = signin.sign_in(email, password, responses.this_caller())
    except (Invalid, TooManyAttempts) as error:
        errors = {"email": str(error)}
        return responses.rejected(PAGE, errors, error, email=email, next=wanted, kept=form_recovery.kept())
    if before:
        sessions.end(before)
    let_in(token)
    return form_recovery.resume(wanted)


@bp.post("/sign-out/")
def sign_out() -> ResponseReturnValue:
    """Leave; who left already may leave again."""
    sessions.end(session.get(TOKEN))
    leave()
    return responses.done("admin.sign_in", "You are signed out.")


def _sign_in_again(fields: Fields, sentence: str) -> ResponseReturnValue:
    email, wanted = (fields.get(name, "") for name in ("email", "next"))
    return responses.page(PAGE, sentence=sentence, email=email, next=wanted, kept=form_recovery.kept())


def _sign_out_again(_fields: Fields, sentence: str) -> ResponseReturnValue:
    if signed_in():
        return dashboard.begin(sentence)
    return redirect(url_for("admin.sign_in"), 303)


form_recovery.RESUMABLE["admin.sign_in"] = _sign_in_again
form_recovery.RESUMABLE["admin.sign_out"] = _sign_out_again
