"""A whole life in Chromium, scripts off: readers' pages, home and feed follow each step at once."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.live_server import Server, Start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
EMAIL, PASSWORD = "ana@example.org", "seven quiet rivers"


class Life:
    """A blog, its author's browser without scripts, and what a reader finds meanwhile."""

    def __init__(self, server: Server, page: "Page") -> None:
        self.server, self.page = server, page
        self.address = f"http://127.0.0.1:{server.port}"

    def go(self, path: str) -> None:
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.status == 200, path

    def press(self, button: str) -> None:
        """Press a button of the page, and come to the next one."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)

    def told(self) -> str:
        return self.page.inner_text(".notices").strip()

    def finds(self, path: str) -> tuple[int, str]:
        """What a reader finds: the status, and the text or where it leads."""
        opener = urllib.request.build_opener(Stay)
        try:
            with opener.open(self.address + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("Location") or error.read().decode()

    def seen(self, title: str) -> set[str]:
        """Which of the lists name a title."""
        return {path for path in ("/", "/feed.xml", "/archive/", "/sitemap.xml") if title in self.finds(path)[1]}


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: object) -> None:
        return None


@pytest.fixture
def life(start: Start, browser: "Browser") -> Iterator[Life]:
    server = start(workers=2, new=True)
    context = browser.new_context(java_script_enabled=False)
    yield Life(server, context.new_page())
    context.close()


LISTS = {"/", "/feed.xml", "/archive/"}


def test_from_the_first_link_to_the_last_sign_out(life: Life) -> None:
    set_up(life)
    path = write(life)
    schedule_and_take_back(life)
    publish(life)
    edit_the_slug(life, path)
    revise_compare_and_restore(life, path)
    delete_and_undelete(life, path)
    sign_out(life, path)


def set_up(life: Life) -> None:
    (link,) = re.findall(r"(/admin/setup/\S+)", life.server.output.read_text())
    life.go(link)
    life.fill(name="Ana", email=EMAIL, password=PASSWORD)
    with life.page.expect_navigation():
        life.page.click("main form button")
    assert life.page.url.endswith("/admin/")
    assert life.finds(link)[0] in (404, 410)


def write(life: Life) -> str:
    life.page.get_by_role("link", name="New post").first.click()
    life.page.wait_for_url("**/admin/posts/new/")
    life.fill(title="A river", summary="On water.", body="First words.\n\n## Deep\n\n*Old* words.", tags="Water")
    with life.page.context.expect_page() as opened:
        life.page.get_by_role("button", name="Preview").click()
    opened.value.wait_for_load_state()
    assert opened.value.inner_text("h1") == "A river" and opened.value.inner_text("em") == "Old"
    opened.value.close()
    assert life.finds("/posts/a-river/")[0] == 404
    life.press("Save draft")
    assert life.told() == "Saved."
    assert life.seen("A river") == set()
    return life.page.url.removeprefix(life.address)


def schedule_and_take_back(life: Life) -> None:
    life.fill(published_at="2090-01-01T08:00")
    life.press("Publish")
    assert "lies ahead" in life.page.inner_text("main")
    life.press("Schedule")
    assert life.told() == "Scheduled." and "January 1, 2090, 08:00" in life.page.inner_text("main")
    assert life.finds("/posts/a-river/")[0] == 404 and life.seen("A river") == set()
    life.press("Unschedule")
    life.fill(published_at="")


def publish(life: Life) -> None:
    life.press("Publish")
    assert life.told() == "Published."
    assert "First words." in life.finds("/posts/a-river/")[1]
    assert life.seen("A river") >= LISTS
    with life.page.expect_navigation():
        life.page.get_by_role("link", name="View post").click()
    with life.page.expect_navigation():
        life.page.get_by_role("link", name="Edit").click()


def edit_the_slug(life: Life, path: str) -> None:
    life.fill(slug="the-river", title="The river")
    life.press("Save changes")
    assert life.finds("/posts/a-river/")[0] == 200 and life.seen("The river") == set()
    life.press("Publish changes")
    assert life.finds("/posts/a-river/") == (301, "/posts/the-river/")
    assert life.seen("The river") >= LISTS and life.seen("A river") == set()
    assert life.page.url.endswith(path)


def revise_compare_and_restore(life: Life, path: str) -> None:
    life.fill(body="Second words.\n\n## Deep\n\n*New* words.")
    life.press("Publish changes")
    assert "Second words." in life.finds("/posts/the-river/")[1]
    life.go(f"{path}revisions/")
    life.press("Compare")
    assert [text.split()[1] for text in life.page.locator(".changes del").all_inner_texts()] == ["First", "Old"]
    assert [text.split()[1] for text in life.page.locator(".changes ins").all_inner_texts()] == ["Second", "New"]
    life.press("Restore the older one")
    assert life.page.input_value("[name=body]").startswith("First words.")
    assert "Second words." in life.finds("/posts/the-river/")[1]
    life.press("Publish changes")
    assert "First words." in life.finds("/posts/the-river/")[1] and "First words." in life.finds("/feed.xml")[1]


def delete_and_undelete(life: Life, path: str) -> None:
    life.press("Delete")
    assert life.finds("/posts/the-river/")[0] == 410 and life.seen("The river") == set()
    life.press("Undelete")
    assert life.finds("/posts/the-river/")[0] == 200 and life.seen("The river") >= LISTS


def sign_out(life: Life, path: str) -> None:
    kept = life.page.context.cookies()
    life.press("Sign out")
    assert "You are signed out." in life.told()
    life.page.context.add_cookies(kept)
    life.go(path)
    assert life.page.inner_text("h1") == "Sign in"
    life.fill(email=EMAIL, password=PASSWORD)
    life.press("Sign in")
    assert life.page.url.endswith(path)
    assert "Edit" not in life.finds("/posts/the-river/")[1]
