"""The authors of the blog: list and invite them; the first author can remove others."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp, current_person
from blog.admin.form_recovery import FormFields
from blog.core.accounts import invitations
from blog.core.accounts import people as account_people
from blog.core.errors import Conflict, Forbidden, Invalid, NotFound
from blog.models import Person
from blog.web.templating import absolute_url

PAGE = "admin/people.html"


@bp.route("/people/", methods=["GET", "POST"])
def people() -> ResponseReturnValue:
    """List everybody who can sign in, and the open invitations."""
    return _change() if request.method == "POST" else _form(MultiDict(), "")


def _change() -> ResponseReturnValue:
    if request.form.get("action") == "revoke":
        return _revoke(request.form.get("invitation", ""))
    if request.form.get("action") == "invite":
        return _invite()
    return redirect(url_for("admin.people"), 303)


@bp.route("/people/<number:number>/removal/", methods=["GET", "POST"])
def removal(number: int) -> ResponseReturnValue:
    """Ask once more (GET), then remove an account (POST); posts keep their author."""
    if request.method == "GET":
        return responses.page("admin/removal.html", person=_removable(number))
    removed = account_people.remove_other(number, current_person().id)
    return responses.redirect_to("admin.people", f"{removed.name} cannot sign in any more.")


def _removable(number: int) -> Person:
    everybody = account_people.list_accounts()
    if everybody[0].id != current_person().id or number == current_person().id:
        raise Forbidden("Only the first author can remove others.")
    person = next((account for account in everybody if account.id == number), None)
    if person is None:
        raise NotFound("Nobody of this number can sign in here.")
    return person


def _invite() -> ResponseReturnValue:
    name, email = (request.form.get(field, "") for field in ("name", "email"))
    try:
        token = invitations.invite(name, email, current_person().id)
    except Conflict:
        return _form(request.form, "", 422, errors={"email": "Somebody has this address already."})
    except Invalid as error:
        return _form(request.form, "", 422, errors={error.field: str(error)})
    # Shown once, on the next page: the database has only its hash.
    flash(absolute_url(url_for("admin.set_up", token=token)), "invitation")
    return responses.redirect_to("admin.people", f"The invitation for {' '.join(name.split())[:120]} is made.")


def _revoke(invitation_id: str) -> ResponseReturnValue:
    try:
        invitations.revoke(invitation_id)
    except NotFound:
        return responses.redirect_to("admin.people", "That invitation has ended already.")
    return responses.redirect_to("admin.people", "The invitation has ended.")


@form_recovery.form_view("admin.people")
def _form(fields: FormFields, sentence: str, status: int = 200, **variables: Any) -> ResponseReturnValue:
    everybody, pending = account_people.list_accounts(), invitations.pending()
    return responses.page(
        PAGE, status, sentence=sentence, everybody=everybody, i_am_first=everybody[0].id == current_person().id,
        pending=pending, inviters=invitations.inviter_names(pending),
        fields={name: fields.get(name, "") for name in ("name", "email")}, **variables,
    )  # fmt: skip
