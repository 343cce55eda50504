"""The owner's own looks: seen at once, left out where they are broken, and never a reader's problem."""

import itertools
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blog.web.theme import owner_files
from tests.world import Blog, texts, write

Log = pytest.LogCaptureFixture
SHEET = "//link[@rel = 'stylesheet']/@href"
LAYOUT = '{% extends "house/layout.html" %}{% block masthead %}<header><h2>Of our own</h2></header>{% endblock %}'
ARTICLE = '{% extends "house/reader/article.html" %}{% block content %}<p>Ours</p>{{ super() }}{% endblock %}'


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets more than a second go by."""
    seconds = itertools.count(owner_files.monotonic() + 1000, 1000)

    def go_by() -> None:
        now = next(seconds)
        monkeypatch.setattr(owner_files, "monotonic", lambda: now)

    return go_by


@pytest.fixture
def own(blog: Blog, second: Callable[[], None]) -> Iterator[Callable[[str, str | bytes], Path]]:
    """Writes one of the owner's files, for pages that are made a second later."""
    blog.make_post("Rivers", slug="rivers", tags=["Water"])

    def put(name: str, text: str | bytes) -> Path:
        file = write(blog.instance, name, text)
        second()
        return file

    return put


Own = Callable[[str, "str | bytes"], Path]


def styles(blog: Blog, path: str = "/") -> str:
    """All that a page is dressed with."""
    return "".join(blog.get(address).get_data(as_text=True) for address in blog.read(path).xpath(SHEET))


def warnings(caplog: Log) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


# -- custom.css ---------------------------------------------------------------------------------------------


def test_a_stylesheet_of_ones_own_comes_last_in_the_one_that_pages_load(blog: Blog, own: Own) -> None:
    before = blog.read("/").xpath(SHEET)
    own("custom.css", "h1 { color: teal }")
    [address] = blog.read("/").xpath(SHEET)
    assert [address] != before
    answer = blog.get(address)
    assert answer.get_data(as_text=True).endswith("h1 { color: teal }")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_what_was_kept_ends_with_each_change(blog: Blog, own: Own, second: Callable[[], None]) -> None:
    first = blog.get("/")
    file = own("custom.css", "a {}")
    changed = blog.get("/", If_None_Match=first.headers["ETag"], If_Modified_Since=first.headers["Last-Modified"])
    assert changed.status_code == 200
    assert blog.get("/", If_Modified_Since=first.headers["Last-Modified"]).status_code == 200
    file.unlink()
    second()
    assert blog.get("/").data == first.data
    assert blog.get("/", If_Modified_Since=changed.headers["Last-Modified"]).status_code == 200


def test_an_older_address_still_answers_with_what_is_there_now(blog: Blog, own: Own) -> None:
    own("custom.css", "a {}")
    [old] = blog.read("/").xpath(SHEET)
    own("custom.css", "b {}")
    answer = blog.get(old)
    assert answer.get_data(as_text=True).endswith("b {}") and answer.headers["Cache-Control"] == "no-cache"


def test_pages_of_authors_are_not_dressed_by_it(blog: Blog, own: Own) -> None:
    own("custom.css", "body { display: none }")
    assert "display: none }" in styles(blog)[-40:]
    assert "body { display: none }" not in styles(blog, "/admin/sign-in/")


@pytest.mark.parametrize(
    ("css", "told"),
    [
        ("a {\n  color: red;\n", "custom.css, line 1: something that begins here is never closed."),
        ("a {}\n}\nb {}", "custom.css, line 2: browsers skip what begins here (Unmatched })."),
        (b"a {}\xff", "custom.css: it cannot be used ("),
        (b"a" * (513 * 1024), "custom.css: it cannot be used (it has 513 kB; 512 kB are read)."),
    ],
)
def test_a_broken_stylesheet_is_told_to_the_log_once(
    blog: Blog, own: Own, caplog: Log, css: str | bytes, told: str
) -> None:
    own("custom.css", css)
    assert "layout" in styles(blog) and "layout" in styles(blog, "/tags/")
    [warning] = warnings(caplog)
    assert told in warning


@pytest.mark.skipif(os.geteuid() == 0 and not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_is_left_alone(blog: Blog, own: Own, second: Callable[[], None]) -> None:
    os.mkfifo(blog.instance / "custom.css")
    (blog.instance / "templates" / "layout.html").mkdir(parents=True)
    second()
    assert blog.get("/").status_code == 200


# -- templates ----------------------------------------------------------------------------------------------


def test_a_template_of_ones_own_is_taken_before_the_houses(blog: Blog, own: Own) -> None:
    own("templates/layout.html", LAYOUT)
    assert texts(blog.read("/archive/"), "//header/h2") == ["Of our own"]
    own("templates/reader/article.html", ARTICLE)
    page = blog.read("/posts/rivers/")
    assert texts(page, "//main/p[1]") == ["Ours"] and texts(page, "//h1") == ["Rivers"]
    assert texts(page, "//header/h2") == ["Of our own"]


def test_macros_may_be_changed(blog: Blog, own: Own) -> None:
    own(
        "templates/macros/lists.html",
        "{% macro listing(posts, level=2, cover=none) %}<p>{{ posts|length }} posts</p>{% endmacro %}",
    )
    assert texts(blog.read("/"), "//section/p[1]") == ["1 posts"]


def test_it_may_be_taken_away_again(blog: Blog, own: Own, second: Callable[[], None]) -> None:
    before = blog.get("/archive/").data
    file = own("templates/layout.html", LAYOUT)
    assert b"Of our own" in blog.get("/archive/").data
    file.unlink()
    second()
    assert blog.get("/archive/").data == before


BROKEN = [
    ("layout.html", "{% extends 'house/layout.html' %}\n{% block content %}", "line 2: Unexpected end of template"),
    ("layout.html", '{% extends "house/layout.html" %}\n{% block masthead %}{{ nobody }}{% endblock %}',
     "line 2: UndefinedError: 'nobody' is undefined."),
    ("layout.html", "\n\n{% include 'nowhere.html' %}", "line 3: TemplateNotFound: nowhere.html."),
    ("layout.html", "{{ site.title|shout }}", "line 1: No filter named 'shout'."),
    ("layout.html", "{% extends 'layout.html' %}", "RecursionError"),
    ("layout.html", "{{ 1 / 0 }}", "line 1: ZeroDivisionError: division by zero."),
    ("layout.html", b"\xff\xfe", "it cannot be read ("),
    ("macros/lists.html", "{% macro listing(posts, level=2, cover=none) %}{{ posts.x.y }}{% endmacro %}",
     "line 1: UndefinedError"),
    ("macros/parts.html", "{{ nobody }}", "line 1: UndefinedError: 'nobody' is undefined."),
    ("macros/parts.html", "{% macro pager() %}{% endmacro %}", "templates: TypeError: macro 'pager' takes not more"),
    ("errors/error.html", "{{ nobody }}", "line 1: UndefinedError: 'nobody' is undefined."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "told"), BROKEN)
def test_a_broken_template_changes_nothing_but_the_log(
    blog: Blog, own: Own, caplog: Log, name: str, text: str | bytes, told: str
) -> None:
    before = [blog.get(path).data for path in ("/", "/nothing/")]
    own(f"templates/{name}", text)
    assert [blog.get(path).data for path in ("/", "/nothing/")] == before
    assert all(told in warning for warning in warnings(caplog)), warnings(caplog)
    assert warnings(caplog)


def test_macros_that_are_broken_are_told_of_before_anybody_calls_them(blog: Blog, own: Own, caplog: Log) -> None:
    own("templates/macros/writing.html", "{{ nobody }}")
    assert blog.get("/archive/").status_code == 200  # which calls none of these
    assert ["'nobody' is undefined" in warning for warning in warnings(caplog)] == [True]


def test_a_blog_that_shows_no_page_compiles_no_template(blog: Blog) -> None:
    for environment in (blog.app.jinja_env, blog.app.jinja_env.template_class.fallback):
        assert not environment.cache
    assert blog.get("/").status_code == 200
    assert blog.app.jinja_env.cache and not blog.app.jinja_env.template_class.fallback.cache


def test_what_is_whole_stays_beside_what_is_broken(blog: Blog, own: Own) -> None:
    own("templates/layout.html", LAYOUT)
    own("templates/reader/tags.html", "{% block x %}")
    own("templates/reader/archive.html", "{{ nobody }}")
    assert "Of our own" in texts(blog.read("/posts/rivers/"), "//header/h2")
    assert "Of our own" in texts(blog.read("/tags/"), "//header/h2")
    assert blog.get("/archive/").status_code == 200


def test_an_error_of_the_blogs_own_is_not_blamed_on_the_owner(
    blog: Blog, own: Own, caplog: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    own("templates/layout.html", LAYOUT)
    environment = blog.app.jinja_env
    for each in (environment, environment.template_class.fallback):
        monkeypatch.setitem(each.globals, "page_metadata", lambda *_: 1 / 0)
    blog.app.testing = False
    assert blog.get("/archive/").status_code == 500
    assert not any("layout.html, line" in warning for warning in warnings(caplog))


def test_pages_of_authors_stay_the_houses_own(blog: Blog, own: Own) -> None:
    own("templates/admin/layout.html", "Locked out")
    own("templates/admin/sign-in.html", "Locked out")
    assert b"Locked out" not in blog.get("/admin/sign-in/").data


@pytest.mark.parametrize("name", ["../secret_key", "/etc/hostname", "templates/../../secret_key"])
def test_nothing_outside_the_folder_is_a_template(blog: Blog, own: Own, name: str) -> None:
    own("templates/layout.html", LAYOUT)
    found: owner_files.Theme = blog.app.extensions["theme"]
    assert found.template_file(name) is None
