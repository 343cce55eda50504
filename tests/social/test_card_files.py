"""The files of cards: drawn after publication or when first asked for, kept, served for ever, never of drafts."""

import io
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from blog.core import outbox
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.site.settings import configure
from blog.social.cards import image
from tests.world import LONG_AGO, Blog, Result, picture

LATER = LONG_AGO + timedelta(days=9000)
Command = Callable[..., Result]


def shared(blog: Blog, path: str = "/posts/post/") -> str:
    """The path of the picture that a page is shared with."""
    [address] = blog.read(path).xpath("//meta[@property = 'og:image']/@content")
    return str(address).removeprefix("https://essays.example")


def files(blog: Blog) -> list[str]:
    folder = blog.instance / "cards"
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def carried(blog: Blog) -> int:
    """Do what waits; how many cards were drawn."""
    before = len(files(blog))
    outbox.run(blog.app.extensions["outbox_handlers"])
    return len(files(blog)) - before


def test_a_card_is_drawn_when_it_is_first_asked_for_and_never_again(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog.make_post("Post", slug="post")
    path = shared(blog)
    first = blog.get(path)
    assert (first.status_code, first.mimetype) == (200, "image/png")
    assert Image.open(io.BytesIO(first.data)).size == (1200, 630)
    assert files(blog) == [path.removeprefix("/cards/")]
    monkeypatch.setattr(image, "draw", None)
    again = blog.get(path)
    assert (again.status_code, again.data) == (200, first.data)
    for answer in (first, again):
        assert "immutable" in answer.headers["Cache-Control"] and "max-age=31536000" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/posts/post/", "/about/", "/tags/tag/", "/"])
def test_every_page_has_a_card_that_is_there(blog: Blog, path: str) -> None:
    blog.make_post("Post", slug="post", tags=["Tag"])
    blog.make_post("About", kind="page", slug="about")
    assert blog.get(shared(blog, path)).mimetype == "image/png"


def test_a_card_with_a_cover_is_a_photograph(blog: Blog) -> None:

    stored = blog.store(picture(900, 900, colour="navy"))
    blog.make_post("Post", slug="post", cover=stored.address)
    answer = blog.get(shared(blog))
    assert answer.mimetype == "image/jpeg" and Image.open(io.BytesIO(answer.data)).format == "JPEG"


def test_what_is_published_is_drawn_by_what_waits(blog: Blog) -> None:
    blog.make_post("Post", slug="post", tags=["Tag"])
    assert carried(blog) == 2  # the post's and its tag's
    assert shared(blog).removeprefix("/cards/") in files(blog)
    assert shared(blog, "/tags/tag/").removeprefix("/cards/") in files(blog)
    assert carried(blog) == 0


def test_a_scheduled_post_is_drawn_at_its_time_and_a_draft_never(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(LATER)
    blog.make_post("Later", published_at=LATER + timedelta(days=1))
    blog.make_post("Draft", published_at=None)
    blog.make_post("Taken back")
    publish.unpublish(3)
    assert (carried(blog), files(blog)) == (0, [])
    at(LATER + timedelta(days=2))
    assert carried(blog) == 1 and files(blog)[0].startswith("later-")


EDITS: dict[str, tuple[Fields, bool]] = {
    "title": (Fields(title="Other"), True),
    "language": (Fields(language="de"), True),
    "slug": (Fields(slug="other"), True),
    "body": (Fields(body="Other."), False),
    "summary": (Fields(summary="Other."), False),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_card_is_drawn_anew_when_it_shows_something_else(blog: Blog, edit: str) -> None:
    fields, changes = EDITS[edit]
    post = blog.make_post("Post", slug="post")
    carried(blog)
    publish.edit(post.id, fields)
    assert carried(blog) == changes


def test_another_colour_draws_the_newest_anew(blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    carried(blog)
    before = shared(blog)
    configure("accent", "#1f4f73")
    assert carried(blog) == 2  # the site's and the post's
    assert shared(blog) != before


def test_an_old_name_leads_to_the_present_card(blog: Blog) -> None:
    post = blog.make_post("Post", slug="post")
    old = shared(blog)
    publish.edit(post.id, Fields(title="Other"))
    answer = blog.get(old)
    assert (answer.status_code, answer.headers["Location"]) == (302, shared(blog))
    assert "no-store" in answer.headers["Cache-Control"]


TAKEN: dict[str, Callable[[int], object]] = {
    "deleted": publish.delete,
    "unpublished": publish.unpublish,
    "scheduled": lambda post_id: publish.edit(post_id, Fields(), published_at=datetime(2999, 1, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize("taken", TAKEN)
def test_a_drawn_card_does_not_outlive_its_post(blog: Blog, taken: str) -> None:
    post = blog.make_post("Post", slug="post")
    path = shared(blog)
    assert blog.get(path).status_code == blog.get(path).status_code == 200
    TAKEN[taken](post.id)
    assert (blog.get(path).status_code, blog.get(path).mimetype) == (404, "text/html")


def test_a_title_that_was_changed_is_shown_no_more(blog: Blog) -> None:
    post = blog.make_post("Post", slug="post")
    old = shared(blog)
    drawn = blog.get(old).data
    publish.edit(post.id, Fields(title="Other"))
    answer = blog.get(old)
    assert answer.status_code == 302 and drawn not in answer.data


NOBODY = "0123456789abcdef"


@pytest.mark.parametrize(
    "name",
    [
        f"draft-{NOBODY}.png", f"later-{NOBODY}.png", f"gone-{NOBODY}.png", f"nothing-{NOBODY}.png", "post.png",
        f"tag-secret-{NOBODY}.png", f"tag-nothing-{NOBODY}.png", f"post-{NOBODY}.svg", f"..%2Fblog-{NOBODY}.png",
        f"POST-{NOBODY}.png", f"post--{NOBODY}.png", "x" * 3000, f"{'a' * 200}-{NOBODY}.png",
    ],
)  # fmt: skip
def test_what_nobody_may_see_has_no_card(blog: Blog, name: str) -> None:
    blog.make_post("Draft", slug="draft", published_at=None, tags=["Secret"])
    blog.make_post("Later", slug="later", published_at=datetime.now(LONG_AGO.tzinfo) + timedelta(days=9))
    publish.delete(blog.make_post("Gone", slug="gone").id)
    blog.make_post("Post", slug="post")
    assert blog.get(f"/cards/{name}").status_code in (400, 404)
    assert files(blog) == []


def test_a_full_disk_costs_time_and_no_card(blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    (blog.instance / "cards").write_text("not a folder")
    assert blog.get(shared(blog)).status_code == 200


def test_readers_who_ask_at_once_get_the_same_card(blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    path, answers = shared(blog), set[bytes]()
    readers = [threading.Thread(target=lambda: answers.add(blog.app.test_client().get(path).data)) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(answers) == 1 and len(files(blog)) == 1


# -- the commands -------------------------------------------------------------------------------------------


def test_all_cards_are_drawn_by_one_command_and_old_ones_go(command: Command, blog: Blog) -> None:
    for number in range(14):
        blog.make_post(f"Post {number}", slug=f"post-{number}", tags=["Tag"])
    blog.make_post("About", kind="page", slug="about")
    blog.make_post("Draft", published_at=None)
    folder = blog.instance / "cards"
    folder.mkdir()
    (folder / f"old-{NOBODY}.png").write_bytes(b"old")
    result = command("cards", "--json")
    assert (result.status, result.data) == (0, {"cards": 17, "drawn": 17, "removed": 1, "failed": 0})
    shown = [shared(blog, f"/posts/post-{number}/") for number in range(14)]
    shown += [shared(blog, path) for path in ("/", "/about/", "/tags/tag/")]
    assert files(blog) == sorted(path.removeprefix("/cards/") for path in shown)
    for name in files(blog):
        Image.open(folder / name).verify()
    assert command("cards").out == "17 of 17 cards drawn.\n"
    assert command("cards", "--missing").out == "0 of 17 cards drawn.\n"


def test_an_empty_blog_has_the_card_of_its_site(command: Command, blog: Blog) -> None:
    assert command("cards", "--json").data == {"cards": 1, "drawn": 1, "removed": 0, "failed": 0}


def test_cards_that_cannot_be_stored_are_told(command: Command, blog: Blog) -> None:
    assert command("cards").status == 0
    (name,) = files(blog)
    (blog.instance / "cards" / name).unlink()
    (blog.instance / "cards" / name).mkdir()  # nothing can take its place
    result = command("cards")
    assert result.status == 1 and result.out.startswith("0 of 1 card drawn. 1 could not be stored:")


def test_a_link_is_shown_as_networks_will_show_it(command: Command, blog: Blog, tmp_path: Path) -> None:
    blog.make_post("A title that goes on " * 5, slug="post", summary="In short. " * 30)
    result = command("preview-card", "post", "--file", str(tmp_path / "card.png"))
    assert (result.status, result.err) == (0, "")
    assert Image.open(io.BytesIO((tmp_path / "card.png").read_bytes())).size == (1200, 630)
    assert re.search(r"^WhatsApp  A title that goes on .*…$", result.out, re.MULTILINE)
    assert "The title has 104 characters" in result.out
    looks = {look["network"]: look for look in command("preview-card", "post", "--json").data["looks"]}
    assert len(looks["X"]["title"]) <= 70 and looks["X"]["description"] == ""
    assert len(looks["Telegram"]["description"]) <= 170


def test_a_draft_can_be_seen_and_leaves_no_card_behind(command: Command, blog: Blog, tmp_path: Path) -> None:
    blog.make_post("Draft", slug="draft", published_at=None)
    result = command("preview-card", "draft", "--file", str(tmp_path / "card.png"), "--json")
    assert result.status == 0 and (tmp_path / "card.png").stat().st_size > 1000
    assert "Nobody can read this yet: a shared link would show nothing." in result.data["warnings"]
    assert "There is no summary: networks show the opening words of the text." in result.data["warnings"]
    assert files(blog) == []


def test_what_cannot_be_previewed_is_one_sentence(command: Command, blog: Blog, tmp_path: Path) -> None:
    blog.make_post("Post", slug="post")
    for arguments in (["nothing"], ["post", "--file", str(tmp_path / "no" / "card.png")]):
        result = command("preview-card", *arguments)
        assert result.status == 1 and result.err.count("\n") == 1 and result.out == ""
