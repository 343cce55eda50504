"""The access log: one line a request, when asked for, and nothing in it that tells who the reader was."""

import re

import pytest

from tests.web.ask import ask, rough, served
from tests.world import Blog

Err = pytest.CaptureFixture[str]


def test_nothing_is_written_unless_asked_for(blog: Blog, capsys: Err) -> None:
    blog.get("/")
    assert capsys.readouterr().err == ""


def test_a_line_tells_method_path_status_bytes_time_and_hit_or_miss(blog: Blog, capsys: Err) -> None:
    blog.make_post("Rivers", slug="rivers")
    with served(blog, access_log="on") as logged:
        size = len(logged.get("/posts/rivers/").data)
        logged.get("/posts/rivers/?utm_source=secret", Cookie="a=b", User_Agent="Reader", X_Forwarded_For="192.0.2.7")
        tag = logged.get("/feed.xml").headers["ETag"]
        logged.get("/feed.xml", If_None_Match=tag)
        ask(logged, "/", "HEAD")
        logged.get("/static/css/reader.css")
        ask(logged, "/", "POST")
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r" \d+\.\d\d ", " T ", line) for line in lines][:2] == [
        f"GET /posts/rivers/ 200 {size} T miss",
        f"GET /posts/rivers/ 200 {size} T hit",
    ]
    assert re.fullmatch(r"GET /feed\.xml 304 0 \d+\.\d\d hit", lines[3])
    assert lines[4].startswith("HEAD / 200 0 ") and lines[5].endswith(" -") and lines[6].startswith("POST / 405 ")
    assert len(lines) == 7
    assert not re.search("secret|192|Reader|127", "\n".join(lines))


def test_a_path_cannot_write_a_line_of_its_own(blog: Blog, capsys: Err) -> None:
    with served(blog, access_log="on") as logged:
        rough(logged)
        logged.get("/a%0AGET%20/%20200%1b[31m/é")
        logged.get("/" + "x" * 3000)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and lines[0].startswith("GET /a%0AGET%20/%20200%1B%5B31m/%C3%A9 404 ")
    assert len(lines[1]) < 600


def test_an_error_has_its_line(blog: Blog, capsys: Err) -> None:
    with served(blog, access_log="on") as logged:
        logged.app.view_functions["reader.home"] = lambda number: 1 / 0
        with pytest.raises(ZeroDivisionError):
            logged.get("/")
    assert capsys.readouterr().err.startswith("GET / 500 0 ")


def test_an_error_behind_a_secret_address_does_not_tell_it(blog: Blog, caplog: pytest.LogCaptureFixture) -> None:
    rough(blog)
    blog.app.view_functions["admin.set_up"] = lambda token: 1 / 0
    assert blog.get("/admin/setup/verysecret/").status_code == 500
    assert "Exception on /admin/setup/-/ [GET]" in caplog.text and "verysecret" not in caplog.text
