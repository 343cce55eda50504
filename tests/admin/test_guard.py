"""Who may come in, and what becomes of a form that came too late."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html
from sqlalchemy import delete

from blog.core.site.settings import configure
from blog.models import AuthorSession, Invitation, Person
from tests.admin.conftest import ANA, PASSWORD, Author, Visitor, alerts, notices, rows
from tests.web.ask import put, rough, served
from tests.world import Blog

PEOPLE = "/admin/people/"
DOOR = "/admin/sign-in/"
TYPED = 'Lev "Tolstoy" <b>\u2028 & Söhne'
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def end_sessions(blog: Blog) -> None:
    blog.run(delete(AuthorSession))


def page(answer: Any) -> html.HtmlElement:
    return html.document_fromstring(answer.text)


def hidden(answer: Any) -> dict[str, str]:
    """The fields of a page's form that are filled in already, as a browser sends them."""
    return {
        field.get("name"): field.get("value") for field in page(answer).xpath("//main//form//input[@type='hidden']")
    }


# -- every address ------------------------------------------------------------------------------------------


def addresses(blog: Blog) -> list[tuple[str, set[str]]]:
    """All addresses of authors, with what can be asked of them."""
    return [
        (re.sub(r"<\w+:\w+>", "1", rule.rule).replace("<token>", "x"), rule.methods or set())
        for rule in blog.app.url_map.iter_rules()
        if rule.rule.startswith("/admin/")
    ]


def test_no_address_but_the_door_opens_to_strangers(blog: Blog, visitor: Visitor) -> None:
    Author(blog)
    before = [(row.name, row.email) for row in rows(Person)]
    for path, methods in addresses(blog):
        if "GET" in methods and not path.startswith((DOOR, "/admin/setup/")):
            answer = visitor.get(path)
            assert answer.status_code == 303 and answer.headers["Location"].startswith(DOOR), path
        if "POST" in methods:
            assert visitor.post(path, csrf_token="").status_code in (303, 400, 401, 404), path
    assert [(row.name, row.email) for row in rows(Person)] == before


def test_every_post_needs_its_token_and_comes_from_here(blog: Blog) -> None:
    author = Author(blog)
    for path, methods in addresses(blog):
        if "POST" in methods:
            assert author.post(path, csrf_token="wrong").status_code in (400, 404), path
            fields = {"csrf_token": author.token()}
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
                answer = author.open(path, "POST", data=fields, headers=headers)
                assert answer.status_code == 403, path
                assert "no-store" in answer.headers["Cache-Control"]
    assert len(rows(AuthorSession)) == 1


def test_every_answer_is_kept_by_nobody_and_guarded(blog: Blog, visitor: Visitor) -> None:
    rough(blog)
    author = Author(blog)
    answers = [author.get(path) for path, methods in addresses(blog) if "GET" in methods]
    answers += [visitor.get(path) for path in ("/admin/", DOOR, "/admin/nothing/", "/admin/setup/x/", "/admin/people")]
    answers += [visitor.post(PEOPLE, csrf_token=""), author.post(PEOPLE, csrf_token="x"), author.open("/admin/", "PUT")]
    answers += [visitor.sign_in(password="wrong"), visitor.open(DOOR, "POST", data=b"x" * 9_000_000)]
    assert {answer.status_code for answer in answers} >= {200, 303, 308, 400, 401, 403, 404, 405, 413, 422}
    for answer in answers:
        assert "no-store" in answer.headers["Cache-Control"]
        assert "ETag" not in answer.headers and "Last-Modified" not in answer.headers
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Content-Security-Policy"].endswith("; require-trusted-types-for 'script'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_previews_are_kept_by_nobody_and_tell_nobody(blog: Blog) -> None:
    headers = blog.get("/preview/x/").headers
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


def test_foreign_media_may_be_seen_while_writing(author: Author) -> None:
    configure("foreign_media", "on")
    policy = author.get("/admin/").headers["Content-Security-Policy"]
    assert "img-src 'self' data: https:;" in policy and "require-trusted-types-for 'script'" in policy


def test_a_script_sends_the_token_as_a_header(author: Author) -> None:
    headers = {"X-CSRFToken": author.token(), "Sec-Fetch-Site": "same-origin"}
    data = {"action": "invite", "name": "Bo"}
    assert author.open(PEOPLE, "POST", data=data, headers=headers).status_code == 303
    assert [row.name for row in rows(Invitation)] == ["Bo"]


# -- a form that came too late ------------------------------------------------------------------------------


def test_what_was_written_waits_at_the_door_and_is_shown_again(blog: Blog, author: Author) -> None:
    token = author.token()
    end_sessions(blog)
    late = author.post(PEOPLE, csrf_token=token, action="invite", name=TYPED, email="bo@example.org")
    assert late.status_code == 401 and "WWW-Authenticate" not in late.headers
    assert "what you wrote is kept" in notices(page(late))[0]
    wrong = author.open(DOOR, "POST", data=hidden(late) | {"email": ANA, "password": "wrong"})
    assert wrong.status_code == 422
    back = author.open(DOOR, "POST", data=hidden(wrong) | {"email": ANA, "password": PASSWORD})
    assert back.status_code == 200
    assert notices(page(back)) == ["You are signed in again. Nothing was lost, and nothing is saved yet."]
    assert page(back).xpath("//input[@id = 'name']/@value") == [TYPED]
    assert page(back).xpath("//input[@id = 'email']/@value") == ["bo@example.org"]
    assert rows(Invitation) == []
    (form,) = page(back).xpath("//form[.//input[@id = 'name']]")
    fields = {field.get("name"): field.get("value") for field in form.xpath(".//input")} | {"action": "invite"}
    assert author.open(form.get("action"), "POST", data=fields).status_code == 303
    assert [row.email for row in rows(Invitation)] == ["bo@example.org"]


def test_no_password_waits_there(blog: Blog, author: Author) -> None:
    token = author.token()
    end_sessions(blog)
    fields = {"action": "password", "current": PASSWORD, "password": "eight loud rivers", "name": "Ana Typed"}
    late = author.post("/admin/account/", csrf_token=token, **fields)
    assert PASSWORD not in late.text and "eight loud" not in late.text
    assert {name for name in hidden(late) if name.startswith("kept-")} == {"kept-action", "kept-name"}


def test_half_a_megabyte_waits_there_too(blog: Blog, author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Wörter. " * 70_000
    waiting = {"email": ANA, "password": PASSWORD, "next": PEOPLE, "kept-name": text}
    back = author.open(DOOR, "POST", data=waiting | {"csrf_token": author.token()})
    assert back.status_code == 200 and page(back).xpath("//input[@id = 'name']/@value") == [text]


def test_what_cannot_be_shown_again_leads_to_its_page(blog: Blog, author: Author) -> None:
    path = f"/admin/people/{author.person.id}/removal/"
    token = author.token()
    end_sessions(blog)
    late = author.post(path, csrf_token=token)
    back = author.open(DOOR, "POST", data=hidden(late) | {"email": ANA, "password": PASSWORD})
    assert (back.status_code, back.headers["Location"]) == (303, path)


@pytest.mark.parametrize("path", ["//evil.example/", "/nothing/", "/share/mastodon/", "", "/admin/setup/x/", "\0"])
def test_what_waits_for_a_strange_address_is_not_shown_there(blog: Blog, author: Author, path: str) -> None:
    end_sessions(blog)
    waiting = {"email": ANA, "password": PASSWORD, "next": path, "kept-x": "y"}
    back = author.open(DOOR, "POST", data=waiting | {"csrf_token": author.token(DOOR)})
    assert back.status_code in (200, 303, 404) and "evil" not in str(back.headers)


def test_what_waits_while_the_limit_is_reached_waits_on(blog: Blog) -> None:
    visitor = Visitor(blog.app)
    for number in range(11):
        answer = visitor.sign_in(f"x{number}@example.org", "wrong", next=PEOPLE, **{"kept-name": TYPED})
    assert answer.status_code == 429 and hidden(answer)["kept-name"] == TYPED
    assert alerts(answer)[0].startswith("Too many attempts.")


# -- faults -------------------------------------------------------------------------------------------------


def test_a_database_that_does_not_answer_is_told_calmly(blog: Blog, author: Author) -> None:
    rough(blog)
    put("ALTER TABLE session RENAME TO lost")
    try:
        for path in ("/admin/", DOOR, "/admin/nothing/"):
            answer = author.get(path)
            assert answer.status_code == (404 if "nothing" in path else 503), path
            assert "<h1" in answer.text and "Traceback" not in answer.text
        assert author.post(PEOPLE, csrf_token="x").status_code == 503
    finally:
        put("ALTER TABLE lost RENAME TO session")
    assert author.get("/admin/").status_code == 200


# -- sessions -----------------------------------------------------------------------------------------------


def test_a_session_ends_thirty_days_after_it_was_last_seen(blog: Blog, at: Any) -> None:
    at(NOW)
    author = Author(blog)
    at(NOW + timedelta(days=29))
    assert author.get("/admin/").status_code == 200
    at(NOW + timedelta(days=58))
    assert author.get("/admin/").status_code == 200
    at(NOW + timedelta(days=88))
    assert author.get("/admin/").status_code == 303
    Visitor(blog.app).sign_in()
    assert len(rows(AuthorSession)) == 1  # those that ended are removed when somebody comes


def test_it_is_noted_once_an_hour_that_a_session_is_in_use(blog: Blog, at: Any) -> None:
    at(NOW)
    author = Author(blog)
    for minutes, noted in ((59, NOW), (60, NOW + timedelta(minutes=60)), (119, NOW + timedelta(minutes=60))):
        at(NOW + timedelta(minutes=minutes))
        answer = author.get("/admin/account/")
        assert [row.seen_at for row in rows(AuthorSession)] == [noted]
        if minutes == 60:
            assert "Set-Cookie" in answer.headers  # the cookie lives on, too


def test_signing_in_begins_anew_whatever_the_browser_brought(blog: Blog, author: Author) -> None:
    planted = author.cookie
    (old,) = [row.id for row in rows(AuthorSession)]
    victim = Visitor(blog.app)
    victim.cookie = planted
    fields = {"email": ANA, "password": PASSWORD, "csrf_token": victim.token()}
    assert victim.open(DOOR, "POST", data=fields).status_code == 303
    assert victim.cookie != planted
    (new,) = rows(AuthorSession)
    assert new.id != old
    assert author.get("/admin/").status_code == 303  # who planted it is out


def test_a_password_set_on_the_server_ends_every_session(author: Author, command: Any) -> None:
    command("user", "password", ANA, "--password-stdin", stdin="eight loud rivers\n")
    assert author.get("/admin/").status_code == 303


def test_a_removed_person_is_out(author: Author, command: Any) -> None:
    command("user", "remove", ANA)
    assert author.get("/admin/").status_code == 303 and author.get("/").status_code == 200


@pytest.mark.parametrize(
    "cookie", ["x", "x" * 4000, "..", "a.b.c", "eyJ0b2tlbiI6MX0.x.y", "é".encode().decode("latin-1")]
)
def test_a_cookie_that_nobody_signed_is_no_cookie(visitor: Visitor, cookie: str) -> None:
    for path, status in (("/admin/", 303), (DOOR, 200), ("/", 200)):
        assert visitor.get(path, Cookie=f"__Host-session={cookie}").status_code == status


def test_a_cookie_signed_with_another_key_is_no_cookie(blog: Blog, author: Author) -> None:
    stolen = author.cookie
    with served(blog, secret_key="another key of more than thirty-two letters") as other:
        visitor = Visitor(other.app)
        visitor.cookie = stolen
        assert visitor.get("/admin/").status_code == 303


@pytest.mark.parametrize("token", [1, None, ["x"], {"a": 1}, "x", "x" * 43, "x" * 3000, "é" * 43])
def test_a_token_that_nobody_has_lets_nobody_in(visitor: Visitor, token: object) -> None:
    with visitor.client.session_transaction("/admin/") as cookie:
        cookie["token"] = token
    assert visitor.get("/admin/").status_code == 303


def test_the_cookie_is_bound_to_the_host_on_https(blog: Blog, visitor: Visitor) -> None:
    (said,) = visitor.get(DOOR).headers.getlist("Set-Cookie")
    assert said.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(said.split("; ")) and "Domain" not in said
    with served(blog, site_url="http://127.0.0.1:8000") as plain:
        (said,) = Visitor(plain.app).get(DOOR).headers.getlist("Set-Cookie")
    assert said.startswith("session=") and "Secure" not in said and "HttpOnly" in said
