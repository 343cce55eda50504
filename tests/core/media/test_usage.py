"""Which posts name which pictures: known at every moment, whatever is done to a post."""

import pytest
from flask import Flask

from blog.core.editor import drafts, publish, working_copy
from blog.core.editor.drafts import Submission
from blog.core.editor.fields import Fields
from blog.core.editor.revisions import Saver
from blog.core.media import usage
from blog.extensions import db
from blog.models import MediaUse, Post
from tests.core.posts.test_query_plans import plan, slow
from tests.recorder import recorded
from tests.world import Blog

A, B, C = "a" * 24, "b" * 24, "c" * 24
ME = Saver()


def noted() -> set[tuple[int, bool, str]]:
    """What the database has."""
    db.session.rollback()
    return {(row.post_id, row.copied, row.stem) for row in db.session.scalars(db.select(MediaUse))}


def save(post: Post, action: str, **fields: str) -> None:
    now = working_copy.load(post.id)
    given = {"cover": "", **fields}
    words = Fields(title="River", summary="", tags=[], kind="post", unlisted=False, **given)  # type: ignore[arg-type]
    getattr(drafts, action)(now, Submission(words, None, now.version), ME)


def test_a_post_uses_what_its_text_and_cover_name(blog: Blog) -> None:
    body = f"![A](/media/{A}.jpg) <img src='/media/{B}-640.webp'> ![](/media/river.jpg) `/media/{A}.jpg`"
    post = blog.make_post("River", body=body, cover=f"/media/{C}.png")
    assert noted() == {(post.id, False, A), (post.id, False, B), (post.id, False, C)}
    publish.edit(post.id, Fields(body=f"![](/media/{B}.jpg)"))
    assert noted() == {(post.id, False, B), (post.id, False, C)}
    publish.edit(post.id, Fields(cover=""))
    publish.edit(post.id, Fields(title="Other"))
    assert noted() == {(post.id, False, B)}


@pytest.mark.parametrize(
    "address", [f"/media%2F{A}.jpg", f"&#47;media/{A}.jpg", f"/media\\/{A}\\.jpg", f"/m%65dia/{A}&period;jpg"]
)
def test_an_address_may_be_written_in_other_ways(blog: Blog, address: str) -> None:
    post = blog.make_post("River", body=f"![A]({address})")
    assert noted() == {(post.id, False, A)}


def test_a_deleted_post_uses_them_still(blog: Blog) -> None:
    post = blog.make_post("River", body=f"![](/media/{A}.jpg)")
    publish.delete(post.id)
    assert noted() == {(post.id, False, A)}
    publish.undelete(post.id)
    assert [(user.post.title, user.copied) for user in usage.posts_using(A)] == [("River", False)]


def test_a_working_copy_uses_what_it_names_until_it_ends(blog: Blog) -> None:
    post = blog.make_post("River", body=f"![](/media/{A}.jpg)", slug="river")
    save(post, "save", body=f"![](/media/{B}.jpg)", cover=f"/media/{C}.png")
    assert noted() == {(post.id, False, A), (post.id, True, B), (post.id, True, C)}
    assert [user.copied for user in usage.posts_using(B)] == [True]
    save(post, "save", body=f"![](/media/{A}.jpg)")
    assert noted() == {(post.id, False, A)}  # nothing is kept of what is the same
    save(post, "save", body=f"![](/media/{C}.jpg)")
    save(post, "publish", body=f"![](/media/{C}.jpg)")
    assert noted() == {(post.id, False, C)}
    save(post, "save", body=f"![](/media/{A}.jpg) ![](/media/{C}.jpg)")
    assert (usage.posts_using(C)[0].copied, usage.posts_using(A)[0].copied, len(usage.posts_using(C))) == (
        False,
        True,
        1,
    )
    assert usage.use_counts([A, B, C]) == {A: 1, C: 1}
    save(post, "discard", body="")
    assert noted() == {(post.id, False, C)}


def test_a_post_torn_out_uses_nothing(blog: Blog) -> None:
    post = blog.make_post("River", body=f"![](/media/{A}.jpg)")
    blog.run(db.delete(Post).where(Post.id == post.id))
    assert noted() == set()


def test_they_are_found_by_an_index(app: Flask) -> None:
    with recorded() as asked:
        usage.posts_using(A)
        usage.use_counts([A, B])
    steps = [step for statement in asked for step in plan(statement)]
    assert steps and not [step for step in steps if "SCAN" in step]
    assert any("media_use_by_stem" in step for step in steps)
    assert not [step for step in steps if slow(step) and "post " in step]
