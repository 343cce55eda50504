"""What a request brings along is received whole, or refused."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from blog.web import request_body

FORM = b"title=Rivers&body=A+whole+text"


@pytest.fixture
def echo(app: Flask) -> Flask:
    """An app that says what came in, at an address of readers and at one of authors."""
    app.add_url_rule("/echo/", "echo", lambda: f"{len(request.get_data())}", methods=["POST"])
    return app


def ask(app: Flask, data: bytes, path: str = "/echo/", **environ: Any) -> int:
    """The status of the answer to a form."""
    made = EnvironBuilder(path, method="POST", input_stream=BytesIO(data)).get_environ()
    made |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(data))} | environ
    return int(run_wsgi_app(app.wsgi_app, made)[1][:3])


def test_a_whole_form_is_taken(echo: Flask) -> None:
    assert ask(echo, FORM) == 200
    assert ask(echo, b"") == 200


def test_a_form_that_was_cut_off_is_refused(echo: Flask) -> None:
    for length in range(len(FORM)):
        assert ask(echo, FORM[:length], CONTENT_LENGTH=str(len(FORM))) == 400


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 30, " "])
def test_a_length_that_is_none_is_refused(echo: Flask, length: str) -> None:
    assert ask(echo, FORM, CONTENT_LENGTH=length) == 411


def test_chunks_are_refused_since_their_end_is_not_known(echo: Flask) -> None:
    assert ask(echo, FORM, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked") == 411


def test_what_is_too_long_is_not_even_read(echo: Flask) -> None:
    environ: dict[str, Any] = {
        "PATH_INFO": "/echo/",
        "CONTENT_LENGTH": str(request_body.DEFAULT_LIMIT + 1),
        "wsgi.input": None,
    }
    request_body.read_body(environ, "")
    assert environ[request_body.BODY_ERROR] == 413
    assert ask(echo, b"x" * (request_body.DEFAULT_LIMIT + 1)) == 413
    assert ask(echo, b"x" * request_body.DEFAULT_LIMIT) == 200


def test_authors_may_send_long_texts(echo: Flask) -> None:
    assert request_body.max_length({"PATH_INFO": "/admin/posts/1/"}) == request_body.ADMIN_LIMIT
    assert ask(echo, b"x" * (request_body.ADMIN_LIMIT + 1), "/admin/posts/1/") == 413


PICTURES = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "HTTP_COOKIE": "__Host-session=x"}


def test_pictures_are_set_aside_for_whoever_has_a_session(echo: Flask) -> None:
    assert request_body.max_length({"PATH_INFO": "/admin/media/", **PICTURES}) == request_body.MEDIA_LIMIT
    assert request_body.max_length({"PATH_INFO": "/admin/media/"}) == request_body.DEFAULT_LIMIT
    assert request_body.max_length({"PATH_INFO": "/admin/media/1/", **PICTURES}) == request_body.ADMIN_LIMIT
    for data, status in ((b"", 401), (b"x" * 2_000_000, 413), (b"x" * (request_body.MEDIA_LIMIT + 1), 413)):
        assert ask(echo, data, "/admin/media/", **PICTURES) == status, len(data)
    assert ask(echo, b"x" * 100_000, "/admin/media/") == 413
    assert ask(echo, b"x", "/admin/media/", **PICTURES, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked") == 411


def test_a_picture_lies_on_the_disk_of_the_blog_while_it_comes_in(app: Flask) -> None:
    environ: dict[str, Any] = {"PATH_INFO": "/admin/media/", "CONTENT_LENGTH": "3000000", **PICTURES}
    environ["wsgi.input"] = BytesIO(b"x" * 3_000_000)
    request_body.read_body(environ, app.instance_path)
    body = environ["wsgi.input"]
    assert environ[request_body.BODY_ERROR] == 0 and body._rolled
    assert held_by_folder(body.fileno()).startswith(f"{app.instance_path}/")
    assert body.read() == b"x" * 3_000_000
    body.close()


def held_by_folder(descriptor: int) -> str:
    """What a descriptor of this process is open on."""
    return str((Path("/proc/self/fd") / str(descriptor)).readlink())


def test_a_form_of_very_many_fields_is_refused_before_they_are_counted_out(echo: Flask) -> None:
    assert ask(echo, b"&".join([b"a="] * request_body.MAX_FIELDS)) == 200
    assert ask(echo, b"a=&" * request_body.MAX_FIELDS, "/admin/posts/new/") == 413
    text = b"a=&" * request_body.MAX_FIELDS
    assert ask(echo, text, CONTENT_TYPE="Application/X-WWW-Form-Urlencoded; charset=utf-8") == 413
    assert ask(echo, text, CONTENT_TYPE="text/markdown") == 200
