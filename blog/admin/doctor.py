"""The health page: the quick checks of `broadsheet doctor`, and a button that fixes what it can."""

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blog import clock
from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.core.doctor import fix
from blog.core.doctor import run as core
from blog.web import templating

PAGE = "admin/doctor.html"
NOTHING_FIXED = "There was nothing that can be mended without you."
# Notices travel in a cookie, which holds four kilobytes.
MAX_MESSAGES, MAX_MESSAGE_LENGTH = 8, 250


@bp.route("/doctor/", methods=["GET", "POST"])
def doctor() -> ResponseReturnValue:
    """Show the findings, the worst first; a POST fixes what it can."""
    return _fix() if request.method == "POST" else _form(request.args, "")


def _fix() -> ResponseReturnValue:
    messages = list(fix.apply_fixes(templating.machine_settings(), current_app.extensions["fixes"], thorough=False))
    for message in messages[:MAX_MESSAGES] or [NOTHING_FIXED]:
        flash(message if len(message) <= MAX_MESSAGE_LENGTH else f"{message[:MAX_MESSAGE_LENGTH]}…")
    return redirect(url_for("admin.doctor"), 303)


@form_recovery.form_view("admin.doctor")
def _form(_fields: FormFields, sentence: str) -> ResponseReturnValue:
    findings = list(core.examine(templating.machine_settings(), current_app.extensions["checks"], thorough=False))
    by_level: dict[str, Any] = {
        level: [finding for finding in findings if finding.level == level] for level in ("bad", "note", "good")
    }
    return responses.page(
        PAGE, sentence=sentence, now=clock.now(), instance=templating.machine_settings().instance, **by_level
    )
