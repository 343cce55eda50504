"""Signing in on a real server: what several processes count is one sum."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.live_server import Server, Start
from tests.transfer.library import rows
from tests.world import run

pytestmark = pytest.mark.slow
PASSWORD = "seven quiet rivers"


class Browser:
    """A browser that keeps cookies."""

    def __init__(self, server: Server) -> None:
        self.address = f"http://127.0.0.1:{server.port}"
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def open(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        """Status and text of the page that is shown in the end."""
        data = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(self.address + path, data, headers)
        try:
            with self.opener.open(request, timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def post(self, path: str, form: str, **fields: str) -> tuple[int, str]:
        """What a form leads to."""
        (token, *_) = re.findall(r'name="csrf_token" value="([^"]+)"', self.open(form)[1])
        return self.open(path, {"csrf_token": token, **fields})


def test_from_the_link_to_the_desk_and_out_again(start: Start) -> None:
    server = start()
    (link,) = re.findall(r"(/admin/setup/\S+)", server.output.read_text())
    browser = Browser(server)
    status, page = browser.post(link, link, name="Ana", email="ana@example.org", password=PASSWORD)
    assert status == 200 and "Welcome, Ana" in page
    for _ in range(6):  # whichever process answers
        assert "Where you are signed in" in browser.open("/admin/account/")[1]
    assert "127.0.0.1" in browser.open("/admin/account/")[1]
    assert "You are signed out." in browser.post("/admin/sign-out/", "/admin/account/")[1]
    assert "<h1>Sign in</h1>" in browser.open("/admin/account/")[1]
    fields = {"email": "ana@example.org", "password": PASSWORD}
    assert "<h1>Posts</h1>" in browser.post("/admin/sign-in/", "/admin/sign-in/", **fields)[1]


def test_all_processes_count_together(start: Start, instance: Path) -> None:
    server = start(workers=2)
    run(instance, "user", "add", "ana@example.org", "--name", "Ana", "--password-stdin", stdin=f"{PASSWORD}\n")
    answers = []
    for number in range(20):
        fields = {"email": "ana@example.org", "password": f"wrong {number}"}
        answers.append(Browser(server).post("/admin/sign-in/", "/admin/sign-in/", **fields)[0])
    assert answers == [422] * 10 + [429] * 10
    assert rows(instance, "SELECT DISTINCT address FROM attempt") == [("127.0.0.1",)]
