"""The desk: what authors have written, by its state."""

from datetime import timedelta
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue

from blog import clock
from blog.admin import responses
from blog.admin.blueprint import bp
from blog.config import Settings
from blog.core.backup import retention
from blog.core.editor import dashboard as lists
from blog.core.editor import publish
from blog.core.errors import Conflict
from blog.web import templating

PAGE = "admin/desk.html"
# Of what waits, the start shows so many; of what is published, a page.
WAITING_SIZE = 5
# A blog that changes and was not backed up for so long is at risk.
BACKUP_OVERDUE = timedelta(days=2)


@bp.get("/")
def desk() -> ResponseReturnValue:
    """What waits and what was published last; one whole list (`show`); or what was searched for (`q`)."""
    words, show = request.args.get("q", "").strip(), request.args.get("show", "")
    if words:
        return _page(words=words, found=lists.search(words))
    if show:
        after = request.args.get("after", "")
        return _page(show=show, after=after, listed=lists.page(show, after))
    return start_page()


START_LISTS = {"drafts": WAITING_SIZE, "scheduled": WAITING_SIZE, "published": lists.PAGE_SIZE}


def start_page(sentence: str = "") -> ResponseReturnValue:
    """The start of the desk, with a sentence to be told."""
    start = {name: lists.page(name, size=size) for name, size in START_LISTS.items()}
    return _page(sentence=sentence, start=start, shelf=_shelf(current_app.extensions["settings"]))


def _shelf(settings: Settings) -> dict[str, Any]:
    """How many backups there are, their size in megabytes, and the age of the newest whole one."""
    kept = retention.kept(settings.backup_folder)
    newest = next((one for one in retention.made_until_now(settings.backup_folder) if one.whole), None)
    age = clock.now() - newest.made_at if newest else None
    late = bool(
        settings.backups
        and newest
        and age
        and age > BACKUP_OVERDUE
        and retention.changed_since(settings, newest.made_at)
    )
    return {
        "daily": settings.backups is not None, "number": len(kept), "newest": newest,
        "age": _in_words(age) if age is not None else "", "late": late,
        "megabytes": max(0.1, sum(one.bytes for one in kept) / 1e6),
    }  # fmt: skip


def _in_words(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour ago"
    number, unit = (hours, "hour") if hours < 48 else (hours // 24, "day")
    return f"{number} {unit}{'s' * (number > 1)} ago"


@bp.post("/posts/<number:post_id>/undeletion/")
def undeletion(post_id: int) -> ResponseReturnValue:
    """Bring a deleted post back."""
    try:
        publish.undelete(post_id)
    except Conflict as error:  # another window was quicker
        return responses.redirect_with_notice("admin.desk", str(error), show="deleted")
    return responses.redirect_with_notice("admin.desk", "Back again.", show="deleted")


def _page(**facts: Any) -> ResponseReturnValue:
    usual: dict[str, Any] = {"words": "", "show": "", "after": "", "listed": None, "start": {}, "found": []}
    common = {"counts": lists.counts(), "several": lists.several_write(), "zone": templating.zone().key}
    return responses.page(PAGE, **{"shelf": None, **usual, **common, **facts})
