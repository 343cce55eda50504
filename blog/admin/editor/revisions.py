"""What a post said before: list, compare, restore."""

from flask import request
from flask.typing import ResponseReturnValue

from blog.admin import responses
from blog.admin.blueprint import bp, current_person
from blog.core.editor import drafts, revisions, working_copy
from blog.core.editor.revisions import NEWEST, PAGE_SIZE, RevisionSummary, RevisionText, Saver
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import BlogError, Invalid, InvalidFields, NotFound
from blog.core.text import diff

NOW, PUBLIC = "now", "public"


@bp.route("/posts/<number:post_id>/revisions/", methods=["GET", "POST"])
def history(post_id: int) -> ResponseReturnValue:
    """All that a post said before; a POST brings one of these back."""
    known = working_copy.load(post_id)
    if request.method == "POST":
        return _restore(known)
    return _listed(known)


def _restore(known: EditorPost) -> ResponseReturnValue:
    try:
        drafts.restore(known.id, _number(request.form.get("revision", "")), Saver(current_person().id))
    except (InvalidFields, Invalid) as error:
        return _listed(known, f"These words cannot be restored as they are: {error}", 422)
    except BlogError as error:
        if isinstance(error, NotFound):
            raise
        return _listed(known, str(error), 409)
    now = working_copy.load(known.id)
    said = "Restored; publish it, and readers will see it." if now.copied else "Restored."
    return responses.redirect_with_notice("admin.post", said, post_id=known.id)


def _listed(known: EditorPost, sentence: str = "", status: int = 200) -> ResponseReturnValue:
    before = _number(request.args.get("before", str(NEWEST)))
    found = revisions.history(known.id, before, PAGE_SIZE + 1)
    said = known.text
    now = RevisionSummary(None, known.saved.at, known.author, "", said.title, len(said.body))
    older = found[PAGE_SIZE - 1].number if len(found) > PAGE_SIZE else None
    return responses.page(
        "admin/revisions.html", status, post=known, entries=[now, *found[:PAGE_SIZE]], older=older, sentence=sentence
    )


@bp.get("/posts/<number:post_id>/differences/")
def compared(post_id: int) -> ResponseReturnValue:
    """Two revisions, and what changed from one to the other, word by word."""
    known = working_copy.load(post_id)
    before, after = (_entry(known, request.args.get(name, NOW)) for name in ("before", "after"))
    if _order(before) > _order(after):
        before, after = after, before
    changes = diff.compare_posts(before.text, after.text)
    return responses.page("admin/differences.html", post=known, before=before, after=after, changes=changes)


def _entry(known: EditorPost, number: str) -> RevisionText:
    if number == PUBLIC:
        saved = working_copy.published_text(known.id)
        return RevisionText(0, saved.at, None, PUBLIC, saved.text)
    return _present(known) if number == NOW else revisions.revision(known.id, _number(number))


def _present(known: EditorPost) -> RevisionText:
    """What it says now."""
    return RevisionText(None, known.saved.at, known.author, "", known.text)


def _order(entry: RevisionText) -> tuple[bool, int]:
    """The older first; what a post says now is the newest, what its readers see counts as old."""
    return entry.number is None, entry.number or 0


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        raise NotFound("There is no such revision.")
    return int(text)
