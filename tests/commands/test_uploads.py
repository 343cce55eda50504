"""Pictures that come in while others read and write."""

import http.client
import io
import re
import shutil
import threading
import time
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from blog import config
from blog.commands import open_app
from tests.live_server import Server, Start
from tests.transfer.library import rows
from tests.world import Blog, run

pytestmark = pytest.mark.slow
EMAIL, PASSWORD = "ana@example.org", "seven quiet rivers"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def _text(answer: http.client.HTTPResponse) -> str:
    """The body; of a redirection, which acknowledges what was sent, it is missed by nobody."""
    try:
        return answer.read().decode("utf-8", "replace")
    except (OSError, http.client.IncompleteRead):
        if answer.status != 303:
            raise
        return ""


class Browser:
    """Somebody who signs in over the wire."""

    def __init__(self, server: Server) -> None:
        self.server, self.cookie, self.token = server, "", ""
        self.open("GET", "/admin/sign-in/")
        status, _ = self.open("POST", "/admin/sign-in/", {"email": EMAIL, "password": PASSWORD})
        assert status == 303
        self.open("GET", "/admin/media/")

    def open(self, method: str, path: str, fields: dict[str, object] | None = None) -> tuple[int, str]:
        """Status and text; 0 when the server went away."""
        boundary, body = encode_multipart({"csrf_token": self.token, **(fields or {})})
        headers = {"Cookie": self.cookie, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.request(method, path, body if method == "POST" else None, headers)
            answer = connection.getresponse()
            text = _text(answer)
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie).partition(";")[0]
        self.token = (TOKEN.findall(text) or [self.token])[0]
        return answer.status, text

    def upload(self, data: bytes) -> int:
        """The status of the answer to a picture."""
        return self.open("POST", "/admin/media/", {"file": FileStorage(io.BytesIO(data), filename="a.jpg")})[0]


def photographs(width: int, height: int) -> list[bytes]:
    """Two heavy JPEG, of other bytes."""
    image = Image.merge("RGB", [Image.effect_noise((width // 4, height // 4), 60)] * 3).resize((width, height))
    files = [io.BytesIO(), io.BytesIO()]
    for number, file in enumerate(files):
        image.save(file, "JPEG", quality=90 + number)
    return [file.getvalue() for file in files]


@pytest.fixture
def server(instance: Path, start: Start, new_blog: Path) -> Server:
    shutil.copytree(new_blog, instance, dirs_exist_ok=True)
    with open_app(config.load(instance, environ={})) as app:
        for number in range(30):
            Blog(app, instance).make_post(f"Post {number}")
    run(instance, "user", "add", EMAIL, "--name", "Ana", "--password-stdin", stdin=f"{PASSWORD}\n")
    return start(workers=1)


def test_readers_and_authors_wait_for_no_picture(server: Server) -> None:
    browser, heavy = Browser(server), photographs(6000, 5000)
    statuses: list[int] = []
    uploads = [threading.Thread(target=lambda data=data: statuses.append(browser.upload(data))) for data in heavy]
    for upload in uploads:
        upload.start()
    waited = []
    while any(upload.is_alive() for upload in uploads):
        begun = time.monotonic()
        assert server.get(f"/posts/post-{len(waited) % 30}/")[0] == 200
        assert server.get(f"/search/?q=post+{len(waited)}")[0] == 200  # never cached
        waited.append(time.monotonic() - begun)
    assert statuses == [201, 201] or statuses == [303, 303]
    # While a picture is encoded, other threads have their turns.
    assert sorted(waited)[len(waited) // 2] < 1 and max(waited) < 5, waited


def test_two_uploads_of_the_same_picture_are_one(instance: Path, server: Server) -> None:
    browser, data, statuses = Browser(server), photographs(1500, 1000)[0], list[int]()
    both = [threading.Thread(target=lambda: statuses.append(browser.upload(data))) for _ in range(2)]
    for upload in both:
        upload.start()
    for upload in both:
        upload.join()
    assert statuses == [303, 303]
    assert len(rows(instance, "SELECT name FROM media WHERE filename = 'a.jpg'")) == 1
