"""The dashboard (the interface calls it the desk): all posts by state, search, age of the last backup."""

from datetime import timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from blog import clock
from blog.admin import responses
from blog.admin.blueprint import bp
from blog.config import Settings
from blog.core.backup import retention
from blog.core.editor import dashboard as lists
from blog.core.text.amounts import megabytes
from blog.web import templating

PAGE = "admin/dashboard.html"
# The overview shows this many drafts and scheduled posts, and a whole page of published ones.
WAITING_SIZE = 5
START_LISTS = {"drafts": WAITING_SIZE, "scheduled": WAITING_SIZE, "published": lists.PAGE_SIZE}
# If the blog has changed and its newest backup is older, the dashboard warns.
BACKUP_OVERDUE = timedelta(days=2)


@bp.get("/")
def desk() -> ResponseReturnValue:
    """Show the overview, one whole list (`show`), or the matches of a search (`q`)."""
    words, show = request.args.get("q", "").strip(), request.args.get("show", "")
    if words:
        return _page(words=words, matches=lists.search(words))
    if show:
        after = request.args.get("after", "")
        return _page(show=show, after=after, listed=lists.page(show, after))
    return start_page()


def start_page(sentence: str = "") -> ResponseReturnValue:
    """Show the overview, with a sentence for the author."""
    start = {name: lists.page(name, size=size) for name, size in START_LISTS.items()}
    return _page(sentence=sentence, start=start, backups=_backups(templating.machine_settings()))


def _backups(settings: Settings) -> dict[str, Any]:
    """Return how many backups there are, their size, and the age of the newest complete one."""
    stored_backups = retention.list_backups(settings.backup_folder)
    newest = next((backup for backup in retention.not_in_future(settings.backup_folder) if backup.complete), None)
    age = clock.now() - newest.made_at if newest else None
    late = False
    if settings.backups and newest and age and age > BACKUP_OVERDUE:
        late = retention.changed_since(settings, newest.made_at)
    return {
        "daily": settings.backups is not None, "number": len(stored_backups), "newest": newest,
        "age": _format_age(age) if age is not None else "", "late": late,
        "size": megabytes(sum(backup.bytes for backup in stored_backups)),
    }  # fmt: skip


def _format_age(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour ago"
    number, unit = (hours, "hour") if hours < 48 else (hours // 24, "day")
    return f"{number} {unit}{'s' * (number > 1)} ago"


def _page(**variables: Any) -> ResponseReturnValue:
    defaults: dict[str, Any] = {
        "words": "", "show": "", "after": "", "listed": None, "start": {}, "matches": [], "backups": None,
    }  # fmt: skip
    common = {"counts": lists.counts(), "several": lists.several_write(), "zone": templating.zone().key}
    return responses.page(PAGE, **defaults | common | variables)
