"""An author at the desk: signed in without the price of a password, and forms posted as a browser would."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from flask import Flask
from lxml import html

from blog.core.accounts import credentials, people, sessions, throttle
from blog.core.db.transaction import write_transaction
from blog.core.media import library
from blog.extensions import db
from blog.models import Media, Person
from tests.world import Blog, picture

PASSWORD = "seven quiet rivers"
ANA = "ana@example.org"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@cache
def hashed() -> str:
    """The password above as it is stored: one costs as much as a whole test."""
    return credentials.hash_password(PASSWORD)


def join(email: str, name: str) -> Person:
    """Somebody who can sign in with the password above."""
    with write_transaction() as session:
        return people.create_account(session, email, name, hashed())


class Visitor:
    """A browser at the authors' door, nobody's yet."""

    def __init__(self, app: Flask, address: str = "192.0.2.7", agent: str = FIREFOX) -> None:
        self.app, self.address, self.agent = app, address, agent
        self.client = app.test_client()

    def open(self, path: str, method: str = "GET", **options: Any) -> Any:
        """The answer to a request from this browser."""
        headers = {"User-Agent": self.agent, **options.pop("headers", {})}
        environ = {"REMOTE_ADDR": self.address}
        with self.app.app_context():
            return self.client.open(path, method=method, headers=headers, environ_overrides=environ, **options)

    def get(self, path: str, **headers: str) -> Any:
        """The answer to a GET; header names are written with underscores."""
        return self.open(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def page(self, path: str, status: int = 200) -> html.HtmlElement:
        """The page at an address, parsed."""
        answer = self.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.headers.get("Location"))
        return html.document_fromstring(answer.text)

    def token(self, path: str = "/admin/account/") -> str:
        """The CSRF token of this browser's session, from a form of a page."""
        found = html.document_fromstring(self.get(path).text).xpath("//input[@name = 'csrf_token']/@value")
        return str(found[0])

    def post(self, path: str, *, form: str = "/admin/account/", **fields: Any) -> Any:
        """The answer to a form: with the token of the page `form`, unless a field `csrf_token` is given."""
        if "csrf_token" not in fields:
            fields["csrf_token"] = self.token(form)
        return self.open(path, "POST", data={name: value for name, value in fields.items() if value is not None})

    def sign_in(self, email: str = ANA, password: str = PASSWORD, **fields: Any) -> Any:
        """The answer of the door."""
        return self.post("/admin/sign-in/", form="/admin/sign-in/", email=email, password=password, **fields)

    @property
    def cookie(self) -> str:
        """The session's cookie; empty without one."""
        found = self.client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        return found.value if found else ""

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], value, secure=True)


class Author(Visitor):
    """Somebody who is signed in. `person` is who."""

    def __init__(self, blog: Blog, person: Person | None = None, **options: Any) -> None:
        super().__init__(blog.app, **options)
        self.person = person or join(ANA, "Ana")
        client = throttle.client_of(self.address, self.agent, str(blog.app.secret_key))
        with write_transaction() as session:
            token = sessions.start(session, self.person.id, client)
        with self.client.session_transaction("/admin/") as cookie:
            cookie.permanent = True
            cookie["token"] = token


@pytest.fixture
def visitor(blog: Blog) -> Visitor:
    """A browser of nobody."""
    return Visitor(blog.app)


@pytest.fixture
def author(blog: Blog) -> Author:
    """Ana, signed in; the first author."""
    return Author(blog)


@pytest.fixture
def another(blog: Blog, author: Author) -> Callable[..., Author]:
    """Somebody else who writes here, signed in."""
    return lambda name="Bo": Author(blog, join(f"{name.lower()}@example.org", name), address="198.51.100.4")


def rows(model: Any) -> list[Any]:
    """All rows of a table, as the database has them now."""
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(db.select(model)))


def alerts(answer: Any) -> list[str]:
    """What a page says is wrong, at its top."""
    page = html.document_fromstring(answer.text)
    return [str(one.text_content()).strip() for one in page.xpath("//*[@role = 'alert']//li")]


def notices(page: html.HtmlElement) -> list[str]:
    """What a page tells once."""
    return [str(one.text_content()).strip() for one in page.xpath("//*[@class = 'notices']/p")]


@pytest.fixture
def river(blog: Blog) -> Media:
    """A picture that no post shows."""
    return library.add(picture(800, 600, "JPEG"), blog.instance / "media", "river.jpg", "A river")
