"""The desk: what authors have written, by its state."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from blog.admin import answers
from blog.admin.blueprint import bp
from blog.core import desk as lists
from blog.core import publishing
from blog.core.errors import Conflict
from blog.web import templating

PAGE = "admin/desk.html"
# Of what waits, the start shows so many; of what is published, a page.
FIRST = 5


@bp.get("/")
def desk() -> ResponseReturnValue:
    """What waits and what was published last; one whole list (`show`); or what was searched for (`q`)."""
    words, show = request.args.get("q", "").strip(), request.args.get("show", "")
    if words:
        return _page(words=words, found=lists.search(words))
    if show:
        after = request.args.get("after", "")
        return _page(show=show, after=after, listed=lists.page(show, after))
    return begin()


START = {"drafts": FIRST, "scheduled": FIRST, "published": lists.SIZE}


def begin(sentence: str = "") -> ResponseReturnValue:
    """The start of the desk, with a sentence to be told."""
    return _page(sentence=sentence, start={name: lists.page(name, size=size) for name, size in START.items()})


@bp.post("/posts/<number:post_id>/undeletion/")
def undeletion(post_id: int) -> ResponseReturnValue:
    """Bring a deleted post back."""
    try:
        publishing.undelete(post_id)
    except Conflict as error:  # another window was quicker
        return answers.done("admin.desk", str(error), show="deleted")
    return answers.done("admin.desk", "Back again.", show="deleted")


def _page(**facts: Any) -> ResponseReturnValue:
    usual: dict[str, Any] = {"words": "", "show": "", "after": "", "listed": None, "start": {}, "found": []}
    common = {"counts": lists.counts(), "several": lists.several_write(), "zone": templating.zone().key}
    return answers.page(PAGE, **{**usual, **common, **facts})
