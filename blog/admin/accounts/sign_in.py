"""The sign-in form, and signing out."""

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from blog.admin import dashboard, form_recovery, responses
from blog.admin.blueprint import TOKEN_KEY, bp, current_session, end_session, start_session
from blog.admin.form_recovery import FormFields
from blog.core.accounts import sessions
from blog.core.accounts import sign_in as account_sign_in
from blog.core.errors import Invalid, TooManyAttempts

PAGE = "admin/sign-in.html"


@bp.route("/sign-in/", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    if request.method == "POST":
        return _sign_in()
    if current_session():
        return redirect(responses.return_path(request.args.get("next", "")), 303)
    return responses.page(PAGE, email="", next=request.args.get("next", ""), waiting_fields=[])


def _sign_in() -> ResponseReturnValue:
    """Start a session, then show the form that waits, or the page that was asked for."""
    email, password, next_path = (request.form.get(name, "") for name in ("email", "password", "next"))
    old_token = session.get(TOKEN_KEY)
    try:
        token = account_sign_in.sign_in(email, password, responses.current_client())
    except (Invalid, TooManyAttempts) as error:
        waiting_fields = form_recovery.waiting_fields()
        return responses.form_with_errors(
            PAGE, {"email": str(error)}, error, email=email, next=next_path, waiting_fields=waiting_fields
        )
    if old_token:
        sessions.end(old_token)
    start_session(token)
    return form_recovery.resume(next_path)


@bp.post("/sign-out/")
def sign_out() -> ResponseReturnValue:
    """End the session, if there is one."""
    sessions.end(session.get(TOKEN_KEY))
    end_session()
    return responses.redirect_to("admin.sign_in", "You are signed out.")


@form_recovery.form_view("admin.sign_in")
def _sign_in_again(fields: FormFields, sentence: str) -> ResponseReturnValue:
    email, next_path = (fields.get(name, "") for name in ("email", "next"))
    waiting_fields = form_recovery.waiting_fields()
    return responses.page(PAGE, sentence=sentence, email=email, next=next_path, waiting_fields=waiting_fields)


@form_recovery.form_view("admin.sign_out")
def _sign_out_again(_fields: FormFields, sentence: str) -> ResponseReturnValue:
    if current_session():
        return dashboard.start_page(sentence)
    return redirect(url_for("admin.sign_in"), 303)
