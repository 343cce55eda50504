"""The author's pictures: they come in, are found, described, deleted and brought back, by those who may."""

import contextlib
import errno
import json
import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from blog.core import album, media, outbox, publishing
from blog.core.errors import Invalid
from blog.extensions import sqlite_driver
from blog.models import Media, MediaUse
from tests.admin.conftest import Author, Visitor, alerts, notices, rows
from tests.admin.ladder import fields, no_forgery, no_stranger
from tests.admin.writing import NEW, send
from tests.world import Blog, Result, picture, run, texts, words

LIBRARY = "/admin/media/"
JSON = {"Accept": "application/json"}
File = tuple[str, bytes]


def upload(author: Visitor, *files: File, headers: dict[str, str] | None = None, **more: Any) -> Any:
    """The answer to pictures that are sent."""
    given: dict[str, Any] = {"csrf_token": author.token(), **more}
    given["file"] = [FileStorage(BytesIO(data), filename=name) for name, data in files]
    boundary, body = encode_multipart(given)
    kind = f"multipart/form-data; boundary={boundary}"
    return author.open(LIBRARY, "POST", data=body, headers=headers or {}, content_type=kind)


def folder(blog: Blog) -> Path:
    return blog.instance / "media"


def lying(blog: Blog) -> set[str]:
    """The names of all files in the media folder, and beneath."""
    return {str(file.relative_to(folder(blog))) for file in folder(blog).rglob("*") if file.is_file()}


@pytest.fixture
def river(blog: Blog) -> Media:
    """A picture that no post shows."""
    return album.add(picture(800, 600, "JPEG"), folder(blog), "river.jpg", "A river")


def path(row: Media) -> str:
    return f"/admin/media/{row.id}/"


# -- they come in -------------------------------------------------------------------------------------------


def test_a_picture_comes_in(blog: Blog, author: Author) -> None:
    answer = upload(author, ("pictures/river.jpg", picture(800, 600, "JPEG")), alt="A  river")
    assert (answer.status_code, answer.location) == (303, LIBRARY)
    assert notices(author.page(LIBRARY)) == ["“river.jpg” is kept."]
    [row] = rows(Media)
    assert (row.filename, row.alt, row.widths, row.type) == ("river.jpg", "A river", [640, 800], "image/jpeg")
    assert lying(blog) == {f"{row.hash[:24]}{rest}" for rest in (".jpg", ".webp", "-640.jpg", "-640.webp")}
    for name in lying(blog):
        with blog.get(f"/media/{name}") as shown:
            assert shown.status_code == 200 and shown.headers["Cache-Control"].endswith("immutable")


def test_a_script_is_told_what_came_in(author: Author) -> None:
    answer = upload(author, ("river.jpg", picture(800, 600, "JPEG")), alt="A river", headers=JSON)
    [row] = rows(Media)
    assert answer.status_code == 201 and answer.json == {
        "picture": {
            "id": row.id, "address": f"/admin/media/{row.id}/", "path": f"/media/{row.name}", "alt": "A river",
            "small": f"/media/{row.name.replace('.jpg', '-640.webp')}", "width": 800, "height": 600,
            "name": "river.jpg",
        }
    }  # fmt: skip


def test_several_come_in_at_once_and_each_that_cannot_is_named(author: Author) -> None:
    files = [("a.png", picture(colour="red")), ("b.svg", b"<svg></svg>"), ("c.png", picture()[:60]), ("d.txt", b"x")]
    answer = upload(author, *files)
    assert answer.status_code == 422 and alerts(answer) == [
        "b.svg: SVG pictures can hold scripts. Save it as PNG.",
        "c.png: it is damaged or cut off.",
        "d.txt: it is a text, not a picture.",
    ]
    assert [row.filename for row in rows(Media)] == ["a.png"]
    assert "“a.png” is kept." in notices(html.document_fromstring(answer.text))
    assert upload(author, ("e.png", picture()), ("f.png", picture(colour="blue"))).status_code == 303
    assert notices(author.page(LIBRARY))[-1:] == ["2 pictures are kept."]


@pytest.mark.parametrize("data", [b"", b"<svg/>", picture(40, 40)[:70], b"\0\0\0\x18ftypheic"])
def test_what_is_no_picture_is_refused_and_nothing_is_stored(blog: Blog, author: Author, data: bytes) -> None:
    answer = upload(author, ("x.png", data), headers=JSON)
    assert answer.status_code == 422 and answer.json["error"].startswith("x.png: ")
    assert rows(Media) == [] and not folder(blog).exists()


def test_nothing_chosen_is_told(author: Author) -> None:
    assert alerts(upload(author)) == ["Choose a picture first."]
    answer = upload(author, ("a.png", picture()), alt="x" * 1001)
    assert answer.status_code == 422 and "1001 characters" in alerts(answer)[0]
    assert fields(answer)["alt"] == "x" * 1001


def test_a_name_from_elsewhere_is_only_text(author: Author) -> None:
    name = "../../<script>alert(1)</script>\u202egpj.exe" + "x" * 300
    upload(author, (name, picture()))
    [row] = rows(Media)
    assert "\u202e" not in row.filename and "/" not in row.filename and len(row.filename) <= 200
    assert "<script>alert" not in author.get(LIBRARY).text + author.get(path(row)).text


def test_the_same_bytes_are_one_picture(blog: Blog, author: Author) -> None:
    for alt in ("", "First", "Second"):
        assert upload(author, ("a.png", picture()), alt=alt).status_code == 303
    assert [row.alt for row in rows(Media)] == ["First"]


def test_a_picture_whose_files_were_lost_is_whole_again(blog: Blog, author: Author, river: Media) -> None:
    shutil.rmtree(folder(blog))
    found = author.page(path(river))
    assert "Its files are gone." in words(found)
    upload(author, ("river.jpg", picture(800, 600, "JPEG")))
    assert len(lying(blog)) == 4 and len(rows(Media)) == 1


def test_a_picture_of_former_times_gets_its_twins(blog: Blog, author: Author, river: Media) -> None:
    for name in lying(blog) - {river.name}:
        (folder(blog) / name).unlink()
    blog.run(Media.__table__.update().values(widths=[]))
    post = blog.make_post("Post", slug="post", body=f"![A](/media/{river.name})")
    assert "srcset" not in publishing.loaded(blog_session(), post.id).html
    assert author.get(path(river)).status_code == 200
    upload(author, ("river.jpg", picture(800, 600, "JPEG")))
    assert rows(Media)[0].widths == [640, 800] and len(lying(blog)) == 4
    publishing.render_again()


def blog_session() -> Any:
    from blog.extensions import db

    return db.session()


# -- how much may come in -----------------------------------------------------------------------------------


def test_a_stranger_brings_no_megabytes(blog: Blog, visitor: Visitor) -> None:
    given = {"csrf_token": "x", "file": (BytesIO(b"x" * 100_000), "x.png")}
    assert visitor.open(LIBRARY, "POST", data=given, content_type="multipart/form-data").status_code == 413


def test_a_file_too_large_is_refused(author: Author) -> None:
    answer = upload(author, ("x.png", b"x" * (40 * 2**20 + 1)), headers=JSON)
    assert (answer.status_code, answer.json["error"]) == (422, "x.png: it has 40 MB; 40 are allowed.")
    assert upload(author, ("x.png", b"x" * (42 * 2**20))).status_code == 413


def test_a_file_without_line_ends_comes_in_like_any_other(author: Author) -> None:
    # Where no line ends, the parser holds what may be the beginning of the next part.
    for data in (b"\r\n" + b"x" * 300_000, b"x" * 65_535 + b"\r" + b"x" * 200_000, b"\n--" * 100_000):
        assert upload(author, ("x.png", data), headers=JSON).status_code == 422


def test_many_parts_are_refused(author: Author) -> None:
    given = {f"field-{number}": "x" for number in range(200)} | {"csrf_token": author.token()}
    assert author.open(LIBRARY, "POST", data=given, content_type="multipart/form-data").status_code == 413


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_an_upload_that_was_cut_off_is_refused(blog: Blog, author: Author, part: float) -> None:
    data = picture(900, 700, "JPEG", quality=95)
    body = b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + author.token().encode()
    body += (
        b'\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + data + b"\r\n--x--\r\n"
    )
    given = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body[: int(len(body) * part)])}
    with blog.app.app_context():
        answer = author.client.post(
            LIBRARY,
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"REMOTE_ADDR": "192.0.2.7", **given},
        )
    assert answer.status_code == 400
    assert rows(Media) == [] and not folder(blog).exists()


# -- the disk ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "status"), [(errno.ENOSPC, 507), (errno.EROFS, 503), (errno.EACCES, 503)])
@pytest.mark.parametrize("place", ["os.fsync", "pathlib.Path.replace"])
def test_a_disk_that_takes_nothing_is_told_and_nothing_is_stored(
    blog: Blog, author: Author, monkeypatch: pytest.MonkeyPatch, place: str, fault: int, status: int
) -> None:
    def failing(*_: object) -> None:
        raise OSError(fault, "It cannot be")

    token = author.token()
    with monkeypatch.context() as patch:
        patch.setattr(place, failing)
        told = upload(author, ("a.png", picture()), csrf_token=token, headers=JSON)
        page = upload(author, ("a.png", picture()), csrf_token=token, alt="Words")
    for answer in (told, page):
        assert answer.status_code == status
    assert "Nothing was stored" in told.json["error"] and "Nothing was stored" in alerts(page)[0]
    assert fields(page)["alt"] == "Words"
    assert rows(Media) == [] and not lying(blog)
    assert upload(author, ("a.png", picture())).status_code == 303


def test_a_full_disk_while_the_form_comes_in_is_told(
    blog: Blog, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, _: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            pass

    token = author.token()
    with monkeypatch.context() as patch:
        patch.setattr("blog.web.bodies.set_aside", lambda _: Full())
        answer = upload(author, ("a.png", picture()), csrf_token=token, headers=JSON)
    assert (answer.status_code, answer.json["error"][:17]) == (507, "The disk is full.")
    assert upload(author, ("a.png", picture())).status_code == 303


def test_a_database_that_takes_nothing_leaves_no_files(blog: Blog, author: Author) -> None:
    from tests.admin.test_faults import busy

    token = author.token()
    with busy(blog):
        answer = upload(author, ("a.png", picture()), csrf_token=token, headers=JSON)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert rows(Media) == []
    assert upload(author, ("a.png", picture())).status_code == 303 and len(lying(blog)) == 2


# -- the library --------------------------------------------------------------------------------------------


@pytest.fixture
def several(blog: Blog) -> list[Media]:
    """A picture that is shown, one that is not, one without words, a deleted one."""
    given = [("harbour.png", "The harbour"), ("ferry.png", "A red Ferry"), ("IMG_1.png", ""), ("gone.png", "Gone")]
    made = [album.add(picture(colour=f"#00000{number}"), folder(blog), *one) for number, one in enumerate(given)]
    blog.make_post("Port", body=f"![x](/media/{made[0].name})")
    album.delete(made[3].id, folder(blog))
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
    monkeypatch.setattr(album, "SIZE", 2)
    for number in range(5):
        album.add(picture(colour=f"#0000{number}0"), folder(blog), f"{number}.png")
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
    publishing.delete(post.id)
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
    assert not album.due()


def test_what_a_post_names_nevertheless_is_never_removed_for_good(
    author: Author, river: Media, blog: Blog, at: Any, instance: Path
) -> None:
    before = lying(blog)
    author.post(path(river), action="delete")
    blog.make_post("Rivers", body=f"![x](/media/{river.name})")  # as if it had been saved at the same moment
    at(datetime.now(UTC) + timedelta(days=31))
    assert not album.due()
    with contextlib.closing(sqlite_driver().connect(str(blog.instance / "blog.db"))) as connection:
        waits = outbox.next_due(connection)
    assert waits is None or waits < datetime.now(UTC) + timedelta(days=1)
    assert "removed" not in run(instance, "tick").out
    assert album.undelete(river.id, folder(blog)).deleted_at is None and lying(blog) == before


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
    store = media.store

    def robbed(data: bytes, into: Path, filename: str = "") -> media.Stored:
        """Another process fails with the same picture, or removes it, between files and row."""
        stored = store(data, into, filename)
        for file in into.glob("*.*"):
            file.unlink()
        return stored

    if deleted:
        row = album.add(picture(), folder(blog), "river.png")
        author.post(path(row), action="delete")
        shutil.rmtree(folder(blog) / "deleted")
    monkeypatch.setattr(media, "store", robbed)
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
    stem = album.stem(river)
    if moment == "half back":
        album.delete(river.id, folder(blog))
        (folder(blog) / "deleted" / river.name).replace(folder(blog) / river.name)
    else:
        blog.run(Media.__table__.update().values(deleted_at=datetime.now(UTC)))
    if moment == "half moved":
        media.bin_files(folder(blog), "0" * 24)
        (folder(blog) / "deleted").mkdir()
        (folder(blog) / f"{stem}.webp").replace(folder(blog) / "deleted" / f"{stem}.webp")
    assert album.tidy(folder(blog)) == 0
    assert lying(blog) == {f"deleted/{name}" for name in before}
    album.undelete(river.id, folder(blog))
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
    assert result.status == 1 and "1 pictures lack their files" in json.dumps(result.data)


def test_sizes_are_what_lies_there(blog: Blog, river: Media) -> None:
    for name in lying(blog):
        with Image.open(BytesIO((folder(blog) / name).read_bytes())) as shown:
            assert shown.size in ((800, 600), (640, 480))
    with pytest.raises(Invalid, match=r"^The picture: it is empty"):
        album.add(b"", folder(blog))
