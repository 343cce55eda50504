"""How the blog is: what `broadsheet doctor` finds, as far as a page waits for it; and a button to mend some."""

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blog import clock
from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.config import Settings
from blog.core.doctor import fix
from blog.core.doctor import run as core

PAGE = "admin/doctor.html"
NOTHING_FIXED = "There was nothing that can be mended without you."
# They travel in a cookie, which holds four kilobytes.
MAX_MESSAGES, MAX_MESSAGE_LENGTH = 8, 250


@bp.route("/doctor/", methods=["GET", "POST"])
def doctor() -> ResponseReturnValue:
    """Everything that is to be said of the blog, what needs somebody first; or, posted, what was mended."""
    return _mend() if request.method == "POST" else _shown(request.args, "")


def _mend() -> ResponseReturnValue:
    done = list(fix.mend(_settings(), current_app.extensions["fixes"], thorough=False))
    for sentence in done[:MAX_MESSAGES] or [NOTHING_FIXED]:
        flash(sentence if len(sentence) <= MAX_MESSAGE_LENGTH else f"{sentence[:MAX_MESSAGE_LENGTH]}…")
    return redirect(url_for("admin.doctor"), 303)


def _shown(_fields: FormFields, sentence: str) -> ResponseReturnValue:
    found = list(core.examine(_settings(), current_app.extensions["checks"], thorough=False))
    facts: dict[str, Any] = {level: [one for one in found if one.level == level] for level in ("bad", "note", "good")}
    return responses.page(PAGE, sentence=sentence, now=clock.now(), instance=_settings().instance, **facts)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


form_recovery.FORM_VIEWS["admin.doctor"] = _shown
