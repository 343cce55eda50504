"""What the doctor says of calls to other servers that wait, of feeds and of cards."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.posts import query
from blog.core.site.settings import configure
from tests.core.doctor.findings import change, mended, seen
from tests.world import SITE_URL, Blog, Result, write

At = Callable[[datetime], None]
Command = Callable[..., Result]
NOW = datetime.now(UTC).replace(microsecond=0)


def test_errands_that_nobody_runs_are_told(blog: Blog, at: At) -> None:
    blog.make_post("Post")
    at(NOW + timedelta(minutes=50))
    assert "more than an hour" not in seen(blog, "note", "bad")
    at(NOW + timedelta(minutes=90))
    assert "1 card to be drawn waits for more than an hour. Run `broadsheet serve`" in seen(blog, "note")
    configure("hubs", "https://hub.example.org/")
    publish.edit(query.find("post").id, Fields(title="Told to the hub"))
    at(NOW + timedelta(hours=4))
    assert "1 call to hubs is due for more than an hour: nobody makes it." in seen(blog)
    change(blog.instance, "UPDATE outbox SET done_at = '2026-01-01 00:00:00'")
    assert seen(blog) == "" and "more than an hour" not in seen(blog, "note")


def test_a_feed_with_faults_is_noted(blog: Blog) -> None:
    blog.make_post("Post")
    assert "The feeds are well formed, and tell the newest posts as they are." in seen(blog, "good")
    change(blog.instance, "UPDATE post SET feed_html = ''")
    found = seen(blog, "note")
    assert f"{SITE_URL}/feed.json has 1 fault: No text: “Post”." in found
    assert "`broadsheet feed check` says more." in found


def test_cards_that_are_missing_or_left_over_are_told_and_asked_for(blog: Blog, command: Command) -> None:
    assert "fonts" not in seen(blog, "good", "note")  # no card was ever drawn
    blog.make_post("Post", slug="post")
    assert command("tick").status == 0
    assert "fonts" in seen(blog, "good", "note")
    [card] = (blog.instance / "cards").glob("post-*")
    old = write(blog.instance, "cards/gone-0123456789abcdef.png", "x")
    card.unlink()
    found = seen(blog, "note")
    assert "1 card is not drawn yet" in found
    assert "1 card belongs to nothing that is public: gone-0123456789abcdef.png." in found
    assert "Asked for 1 card to be drawn: `serve` does it soon, or `broadsheet tick`." in mended(blog)
    assert mended(blog) == [] and old.exists()
    assert command("tick").status == 0 and card.exists()
    assert command("cards").status == 0 and not old.exists()
