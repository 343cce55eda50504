"""Pictures come in: by a form, by a script, again; too many, too large, cut off, and while the disk takes nothing."""

import errno
import shutil
from io import BytesIO
from typing import Any

import pytest
from lxml import html

from blog.core.editor import publish, working_copy
from blog.models import Media
from tests.admin.conftest import Author, Visitor, alerts, notices, rows
from tests.admin.ladder import fields
from tests.admin.pictures import JSON, LIBRARY, folder, lying, path, upload
from tests.world import Blog, picture, words

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
    assert "srcset" not in working_copy.load_rows(blog_session(), post.id).post.html
    assert author.get(path(river)).status_code == 200
    upload(author, ("river.jpg", picture(800, 600, "JPEG")))
    assert rows(Media)[0].widths == [640, 800] and len(lying(blog)) == 4
    publish.rerender_outdated()


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
        patch.setattr("blog.web.request_body.temporary_file", lambda _: Full())
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
