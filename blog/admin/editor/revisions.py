"""Earlier texts of a post: list, compare, restore."""

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
    """List the revisions of a post; a POST restores one."""
    post = working_copy.load(post_id)
    return _restore(post) if request.method == "POST" else _list(post)


def _restore(post: EditorPost) -> ResponseReturnValue:
    try:
        drafts.restore(post, _number(request.form.get("revision", "")), Saver(current_person().id))
    except (InvalidFields, Invalid) as error:
        return _list(post, f"These words cannot be restored as they are: {error}", 422)
    except NotFound:
        raise
    except BlogError as error:
        return _list(post, str(error), 409)
    message = "Restored; publish it, and readers will see it." if working_copy.has_copy(post.id) else "Restored."
    return responses.redirect_to("admin.post", message, post_id=post.id)


def _list(post: EditorPost, sentence: str = "", status: int = 200) -> ResponseReturnValue:
    before = _number(request.args.get("before", str(NEWEST)))
    rows = revisions.history(post.id, before, PAGE_SIZE + 1)
    text = post.text
    now = RevisionSummary(None, post.saved.at, post.author, "", text.title, len(text.body))
    older = rows[PAGE_SIZE - 1].number if len(rows) > PAGE_SIZE else None
    return responses.page(
        "admin/revisions.html", status, post=post, entries=[now, *rows[:PAGE_SIZE]], older=older, sentence=sentence
    )


@bp.get("/posts/<number:post_id>/differences/")
def compared(post_id: int) -> ResponseReturnValue:
    """Compare two revisions word by word, from the older to the newer."""
    post = working_copy.load(post_id)
    before, after = (_revision(post, request.args.get(name, NOW)) for name in ("before", "after"))
    if _age_key(before) > _age_key(after):
        before, after = after, before
    changes = diff.compare_posts(before.text, after.text)
    return responses.page("admin/differences.html", post=post, before=before, after=after, changes=changes)


def _revision(post: EditorPost, number: str) -> RevisionText:
    if number == NOW:
        return RevisionText(None, post.saved.at, post.author, "", post.text)
    if number == PUBLIC:
        saved = post.published_text
        return RevisionText(0, saved.at, None, PUBLIC, saved.text)
    return revisions.revision(post.id, _number(number))


def _age_key(revision: RevisionText) -> tuple[bool, int]:
    """Sort older revisions first. The text saved last is the newest; the published one counts as old."""
    return revision.number is None, revision.number or 0


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        raise NotFound("There is no such revision.")
    return int(text)
