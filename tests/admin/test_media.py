"""The author's pictures are found, described, deleted and brought back, by those who may."""

import contextlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from PIL import Image

from blog.core import outbox
from blog.core.editor import publish
from blog.core.errors import Invalid
from blog.core.images import storage
from blog.core.media import library
from blog.extensions import sqlite_driver
from blog.models import Media, MediaUse
from tests.admin.conftest import Author, Visitor, notices, rows
from tests.admin.ladder import fields, no_forgery, no_stranger
from tests.admin.pictures import JSON, LIBRARY, folder, lying, path, upload
from tests.admin.writing import NEW, send
from tests.world import Blog, Result, picture, run, texts, words

# -- the library --------------------------------------------------------------------------------------------


@pytest.fixture
def several(blog: Blog) -> list[Media]:
    """A picture that is shown, one that is not, one without words, a deleted one."""
    given = [("harbour.png", "The harbour"), ("ferry.png", "A red Ferry"), ("IMG_1.png", ""), ("gone.png", "Gone")]
    made = [library.add(picture(colour=f"#00000{number}"), folder(blog), *one) for number, one in enumerate(given)]
    blog.make_post("Port", body=f"![x](/media/{made[0].name})")
    library.delete(made[3].id, folder(blog))
    return made


def names(page: html.HtmlElement) -> list[str]:
    return texts(page, "//ol[@class = 'sheet']//span[@class = 'name']")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["IMG_1.png", "ferry.png", "harbour.png"]),
        ("?show=unused", ["IMG_1.png", "ferry.png"]),
        ("?show=silent", ["IMG_1.png"]),
        ("?show=deleted", ["gone.png"]),
        ("?q=ferry", ["ferry.png"]),
        ("?q=red+FERRY", ["ferry.png"]),
        ("?q=red+harbour", []),
        ("?q=img_1", ["IMG_1.png"]),
        ("?q=IMGx1", []),
        ("?q=%25", []),
        ("?q=harbour&show=unused", []),
        ("?q=" + "a+" * 500, ["ferry.png", "harbour.png"]),
    ],
)
def test_pictures_are_found(author: Author, several: list[Media], query: str, found: list[str]) -> None:
    assert names(author.page(LIBRARY + query)) == found


def test_each_says_what_it_is(author: Author, several: list[Media]) -> None:
    page = author.page(LIBRARY)
    said = [words(one) for one in page.xpath("//ol[@class = 'sheet']/li")]
    assert said == [
        "IMG_1.png 40 × 30 not used No alt text", "ferry.png 40 × 30 not used", "harbour.png 40 × 30 used in one post",
    ]  # fmt: skip
    assert texts(page, "//nav[@class = 'tabs']//a") == ["All 3", "Not used 2", "Without alt text 1", "Deleted 1"]


def test_an_empty_library_says_so(author: Author) -> None:
    assert "No pictures yet." in words(author.page(LIBRARY))
    assert "No picture for “x”." in words(author.page(LIBRARY + "?q=x"))


def test_a_long_library_has_pages(blog: Blog, author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "PAGE_SIZE", 2)
    for number in range(5):
        library.add(picture(colour=f"#0000{number}0"), folder(blog), f"{number}.png")
    assert names(author.page(LIBRARY)) == ["4.png", "3.png"]
    page = author.page(LIBRARY + "?page=2")
    assert names(page) == ["2.png", "1.png"]
    assert [link.get("href") for link in page.xpath("//nav[@class = 'pager']/a")] == [LIBRARY, LIBRARY + "?page=3"]
    for bad in ("0", "4", "x", "9" * 30, "-1"):
        assert author.get(f"{LIBRARY}?page={bad}").status_code == 404
    assert author.get(LIBRARY + "?show=nothing").status_code == 404
    told = author.get(LIBRARY, Accept="application/json").json
    assert [one["name"] for one in told["pictures"]] == ["4.png", "3.png"] and told["next"] == LIBRARY + "?page=2"
    assert author.get(LIBRARY + "?page=3", Accept="application/json").json["next"] is None


# -- one picture --------------------------------------------------------------------------------------------


def test_a_picture_has_a_page(author: Author, river: Media, blog: Blog) -> None:
    blog.make_post("Shown", body=f"![x](/media/{river.hash[:24]}-640.jpg)")
    page = author.page(path(river))
    said = words(page)
    assert "river.jpg" in said and "800 × 600 pixels" in said and "Shown in one post" in said
    assert texts(page, "//code") == [f"![A river](/media/{river.name})"]
    assert len(page.xpath("//ul[@class = 'weights']/li")) == 4
    assert page.xpath("//ul[@class = 'rows']//a/@href") == ["/admin/posts/1/"]
    assert not page.xpath("//button[@value = 'delete']")


def test_its_words_are_changed(author: Author, river: Media) -> None:
    assert author.post(path(river), action="save", alt="The Volga").status_code == 303
    assert notices(author.page(path(river))) == ["Saved."] and rows(Media)[0].alt == "The Volga"
    answer = author.post(path(river), action="save", alt="x" * 1001)
    assert answer.status_code == 422 and fields(answer)["alt"] == "x" * 1001
    token = author.token()
    told = author.open(path(river), "POST", data={"alt": "Told", "csrf_token": token}, headers=JSON)
    assert (
        told.json["picture"]["alt"]
        == "Told"
        == author.get(path(river), Accept="application/json").json["picture"]["alt"]
    )
    told = author.open(path(river), "POST", data={"alt": "x" * 1001, "csrf_token": token}, headers=JSON)
    assert told.status_code == 422 and "1001" in told.json["error"]


def test_a_picture_that_is_shown_is_not_deleted(author: Author, river: Media, blog: Blog) -> None:
    post = blog.make_post("Rivers", body=f"![x](/media/{river.name})")
    answer = author.post(path(river), action="delete")
    assert answer.status_code == 409 and "It is used in “Rivers”." in answer.text
    publish.delete(post.id)
    blog.make_post("Hills", cover=f"/media/{river.name}", published_at=None)
    assert "It is used in “Hills” and another post." in author.post(path(river), action="delete").text
    assert rows(Media)[0].deleted_at is None and len(lying(blog)) == 4


def test_a_working_copy_holds_a_picture_too(author: Author, river: Media, blog: Blog) -> None:
    post = blog.make_post("Rivers", body="Words.")
    send(author, f"/admin/posts/{post.id}/", body=f"![x](/media/{river.name})")
    assert "in changes not published" in author.get(path(river)).text
    assert author.post(path(river), action="delete").status_code == 409
    send(author, f"/admin/posts/{post.id}/", "discard")
    assert rows(MediaUse) == []
    assert author.post(path(river), action="delete").status_code == 303


def test_a_deleted_picture_is_nobodys_until_it_is_back(author: Author, river: Media, blog: Blog) -> None:
    before = lying(blog)
    assert author.post(path(river), action="delete").location == path(river)
    assert "Deleted. Undelete brings it back" in author.get(path(river)).text
    assert blog.get(f"/media/{river.name}").status_code == 404
    assert lying(blog) == {f"deleted/{name}" for name in before}
    assert author.post(path(river), action="delete").status_code == 303  # from another window
    assert author.post(path(river), action="undelete").status_code == 303
    assert lying(blog) == before and rows(Media)[0].deleted_at is None
    with blog.get(f"/media/{river.name}") as shown:
        assert shown.status_code == 200


def test_a_deleted_picture_that_comes_in_again_is_back(author: Author, river: Media, blog: Blog) -> None:
    before = lying(blog)
    author.post(path(river), action="delete")
    assert upload(author, ("again.jpg", picture(800, 600, "JPEG"))).status_code == 303
    assert lying(blog) == before and [(row.deleted_at, row.filename) for row in rows(Media)] == [(None, "river.jpg")]


def test_after_a_month_it_is_removed_for_good(
    author: Author, river: Media, blog: Blog, at: Any, instance: Path
) -> None:
    author.post(path(river), action="delete")
    at(datetime.now(UTC) + timedelta(days=29))
    assert run(instance, "tick").out.strip().endswith("Nothing was due.") and len(lying(blog)) == 4
    at(datetime.now(UTC) + timedelta(days=31))
    assert "Deleted pictures removed: 1." in run(instance, "tick").out
    assert lying(blog) == set() and rows(Media) == []


def test_serve_knows_when_a_picture_is_to_be_removed(author: Author, river: Media, blog: Blog) -> None:
    with contextlib.closing(sqlite_driver().connect(str(blog.instance / "blog.db"))) as connection:
        before = outbox.next_due(connection)
        author.post(path(river), action="delete")
        [row] = rows(Media)
        assert row.deleted_at and outbox.next_due(connection) == min(
            filter(None, [before, row.deleted_at + timedelta(days=30)])
        )
    assert not library.purge_due()


def test_what_a_post_names_nevertheless_is_never_removed_for_good(
    author: Author, river: Media, blog: Blog, at: Any, instance: Path
) -> None:
    before = lying(blog)
    author.post(path(river), action="delete")
    blog.make_post("Rivers", body=f"![x](/media/{river.name})")  # as if it had been saved at the same moment
    at(datetime.now(UTC) + timedelta(days=31))
    assert not library.purge_due()
    with contextlib.closing(sqlite_driver().connect(str(blog.instance / "blog.db"))) as connection:
        waits = outbox.next_due(connection)
    assert waits is None or waits < datetime.now(UTC) + timedelta(days=1)
    assert "removed" not in run(instance, "tick").out
    assert library.undelete(river.id, folder(blog)).deleted_at is None and lying(blog) == before


def test_what_was_half_written_long_ago_is_swept_away(
    author: Author, river: Media, blog: Blog, at: Any, instance: Path
) -> None:
    before = lying(blog)
    (folder(blog) / f".{river.name}-4711-0123abcd").write_bytes(b"half")
    (folder(blog) / ".gitignore").write_bytes(b"*")
    run(instance, "tick")
    assert lying(blog) == {*before, f".{river.name}-4711-0123abcd", ".gitignore"}  # perhaps it is being written
    at(datetime.now(UTC) + timedelta(days=2))
    run(instance, "tick")
    assert lying(blog) == {*before, ".gitignore"}


@pytest.mark.parametrize("deleted", [False, True])
def test_no_picture_is_known_without_its_files(
    author: Author, blog: Blog, monkeypatch: pytest.MonkeyPatch, deleted: bool
) -> None:
    store = storage.store

    def robbed(data: bytes, into: Path, filename: str = "") -> storage.StoredImage:
        """Another process fails with the same picture, or removes it, between files and row."""
        stored = store(data, into, filename)
        for file in into.glob("*.*"):
            file.unlink()
        return stored

    if deleted:
        row = library.add(picture(), folder(blog), "river.png")
        author.post(path(row), action="delete")
        shutil.rmtree(folder(blog) / "deleted")
    monkeypatch.setattr(storage, "store", robbed)
    told = upload(author, ("river.png", picture()), headers=JSON)
    assert told.status_code == 503 and "send it again" in told.json["error"]
    assert all(row.deleted_at for row in rows(Media)) and lying(blog) == set()
    monkeypatch.undo()
    assert upload(author, ("river.png", picture()), headers=JSON).status_code == 201


def test_without_its_files_it_cannot_come_back(author: Author, river: Media, blog: Blog) -> None:
    author.post(path(river), action="delete")
    shutil.rmtree(folder(blog) / "deleted")
    answer = author.post(path(river), action="undelete")
    assert answer.status_code == 409 and "Its files are gone." in answer.text


@pytest.mark.parametrize("moment", ["marked", "half moved", "half back"])
def test_what_was_killed_on_the_way_is_finished(river: Media, blog: Blog, moment: str) -> None:
    before = lying(blog)
    stem = library.hash_prefix(river)
    if moment == "half back":
        library.delete(river.id, folder(blog))
        (folder(blog) / "deleted" / river.name).replace(folder(blog) / river.name)
    else:
        blog.run(Media.__table__.update().values(deleted_at=datetime.now(UTC)))
    if moment == "half moved":
        storage.bin_files(folder(blog), "0" * 24)
        (folder(blog) / "deleted").mkdir()
        (folder(blog) / f"{stem}.webp").replace(folder(blog) / "deleted" / f"{stem}.webp")
    assert library.purge_deleted(folder(blog)) == 0
    assert lying(blog) == {f"deleted/{name}" for name in before}
    library.undelete(river.id, folder(blog))
    assert lying(blog) == before


# -- who may not --------------------------------------------------------------------------------------------


def test_no_stranger_and_no_other_site(visitor: Visitor, author: Author, river: Media) -> None:
    for where, given in (
        (LIBRARY, {}),
        (path(river), {"action": "delete"}),
        ("/admin/media/copies/", {"address": "x"}),
    ):
        no_stranger(visitor, where, **given)
        no_forgery(author, where, **given)
    assert rows(Media)[0].deleted_at is None
    told = visitor.open(LIBRARY, "POST", data={"csrf_token": visitor.token("/admin/sign-in/")}, headers=JSON)
    assert told.status_code == 401 and told.json["sign_in"]


def test_what_is_not_there_is_not_found(author: Author) -> None:
    for number in ("0", "99", "9" * 15):
        assert author.get(f"/admin/media/{number}/").status_code == 404
        assert author.post(f"/admin/media/{number}/", action="delete").status_code == 404
    assert author.open(LIBRARY, "DELETE").status_code in (400, 405, 411)


def test_who_does_not_say_how_much_comes_is_told_so(author: Author) -> None:
    told = author.open(LIBRARY, "POST", headers={**JSON, "Transfer-Encoding": "chunked"})
    assert told.status_code == 411 and told.json["error"].endswith("Send it as one whole.")


def test_the_editor_is_told_of_pictures_that_are_not_here(author: Author, river: Media, blog: Blog) -> None:
    body = f"![a](/media/{'0' * 24}.png) ![b](/media/{river.name}) ![c](https://elsewhere.example/c.png)"
    answer = send(author, NEW, title="Post", body=body)
    said = texts(author.page(answer.location), "//section[@class = 'remarks']//li")
    assert [one for one in said if "not kept here" in one] == [
        f"Pictures that are not kept here, or are deleted: /media/{'0' * 24}.png."
    ]
    assert any(
        "Readers see a link in the place of pictures on other sites: https://elsewhere.example/c.png." in one
        for one in said
    )


def test_doctor_names_pictures_without_files(blog: Blog, river: Media, command: Any) -> None:
    (folder(blog) / river.name).unlink()
    result: Result = command("doctor", "--json")
    assert result.status == 1 and "1 picture lacks its files" in json.dumps(result.data)


def test_sizes_are_what_lies_there(blog: Blog, river: Media) -> None:
    for name in lying(blog):
        with Image.open(BytesIO((folder(blog) / name).read_bytes())) as shown:
            assert shown.size in ((800, 600), (640, 480))
    with pytest.raises(Invalid, match=r"^The picture: it is empty"):
        library.add(b"", folder(blog))
