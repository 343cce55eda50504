"""Saving by itself, in Chromium: nothing typed is lost, whatever dies, and nothing is overwritten in silence."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.writing import EMAIL, PASSWORD, Writing, live, saved, sign_in
from tests.live_server import free_port, until
from tests.world import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.live_server import Start

pytestmark = pytest.mark.slow
FORBIDDEN = """Object.defineProperty(window, "indexedDB", {
    get() { throw new DOMException("", "SecurityError"); },
})"""


def kept(page: "Page") -> list[dict[str, str]]:
    """What the browser's database has: the fields of each record."""
    return page.evaluate("""async () => {
        const base = await new Promise(done => {
            const opening = indexedDB.open("broadsheet");
            opening.onsuccess = () => done(opening.result);
        });
        const all = await new Promise(done => {
            const asking = base.transaction("unsaved").objectStore("unsaved").getAll();
            asking.onsuccess = () => done(asking.result);
        });
        base.close();
        return all.map(record => Object.fromEntries(record.fields));
    }""")


def until_kept(page: "Page", words: str) -> None:
    until(lambda: any(words in record["body"] for record in kept(page)), 5, f"“{words}” in the browser")


def test_words_are_saved_when_typing_rests(writing: Writing) -> None:
    page = writing.new()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "autosave" in request.url else None)
    page.type("#title", "The river", delay=5)
    page.type("#body", "It rises in the hills. " * 5, delay=5)
    assert re.fullmatch(r"Saved \d\d:\d\d", saved(page))
    assert "It rises in the hills. " * 5 in writing.stored()
    assert len(asked) == 1
    assert re.search(r"/admin/posts/\d+/$", page.url)
    until(lambda: kept(page) == [], 5, "nothing left in the browser")
    # The page has become that of the post: saved again, it is the same post, and coming back finds it.
    page.type("#body", "More.", delay=5)
    saved(page)
    assert sum("It rises" in body for body in writing.stored()) == 1
    page.reload()
    assert page.input_value("#body").endswith("More.")
    assert page.locator(".kept").count() == 0
    assert page.get_by_role("button", name="Delete", exact=True).is_visible()
    assert writing.complaints == []


def test_what_readers_see_is_never_touched(writing: Writing) -> None:
    page = writing.new("Published here", "What readers see.")
    with page.expect_navigation():
        page.get_by_role("button", name="Publish", exact=True).click()
    live(page)
    page.type("#body", "Half a thought", delay=5)
    saved(page)
    page.wait_for_selector(".state:has-text('Changes not published')")
    with page.expect_navigation():
        page.goto(f"{writing.address}/posts/published-here/")
    assert "What readers see." in page.inner_text("article")
    assert "Half a thought" not in page.content()


def test_a_text_without_a_title_is_saved(writing: Writing) -> None:
    page = writing.new("", "No title comes to mind.")
    saved(page)
    assert "No title comes to mind." in writing.stored()
    assert "Untitled" in writing.stored("title")


def test_control_s_saves_and_never_leaves(writing: Writing) -> None:
    page = writing.new("By key", "Now.")
    page.keyboard.press("Control+s")
    saved(page)
    assert "Now." in writing.stored()
    assert page.evaluate("document.activeElement.id") == "body"


def test_leaving_with_unsaved_words_asks_first(writing: Writing) -> None:
    page = writing.new("Guarded", "Words.")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.route("**/autosave/", lambda route: route.abort())
    page.click("#body")
    page.keyboard.type("!")
    page.goto(f"{writing.address}/admin/")
    assert asked == ["beforeunload"]
    writing.new("Saved", "Words.")
    page.unroute("**/autosave/")
    page.keyboard.type("!")
    saved(page)
    page.goto(f"{writing.address}/admin/")
    assert asked == ["beforeunload"]


def crash(page: "Page") -> None:
    """Let the process of a page die."""
    from playwright.sync_api import Error

    with page.expect_event("crash"), pytest.raises(Error):
        page.goto("chrome://crash")
    page.close()


def test_words_of_a_page_that_crashed_are_offered(writing: Writing) -> None:
    page = writing.new("Offered", "Stored.")
    saved(page)
    path = page.url
    writing.cut()
    page.click("#body")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Never sent.")
    until_kept(page, "Never sent.")
    crash(page)
    page = writing.listen(writing.context.new_page())
    page.goto(path)
    page.wait_for_selector(".kept")
    assert page.input_value("#body") == "Stored."  # offered, not put in its place
    page.get_by_role("button", name="Throw it away").click()
    page.get_by_role("button", name="Undo").click()
    writing.mend()
    page.get_by_role("button", name="Put it into the form").click()
    assert page.input_value("#body") == "Stored. Never sent."
    saved(page)
    assert "Stored. Never sent." in writing.stored()
    until(lambda: kept(page) == [], 5, "nothing left in the browser")
    page.keyboard.press("Control+z")
    assert page.input_value("#body") == "Stored."
    page.close(run_before_unload=False)


def test_words_thrown_away_stay_away(writing: Writing) -> None:
    page = writing.new("Thrown away", "Stored.")
    saved(page)
    path = page.url
    writing.cut()
    page.type("#body", "Never mind.")
    until_kept(page, "Never mind.")
    crash(page)
    page = writing.listen(writing.context.new_page())
    page.goto(path)
    page.get_by_role("button", name="Throw it away").click()
    until(lambda: kept(page) == [], 5, "nothing left in the browser")
    page.reload()
    live(page)
    page.wait_for_function("() => navigator.locks.query().then(({ pending }) => !pending.length)")
    assert page.locator(".kept").count() == 0
    page.close()


def test_an_open_page_is_not_offered_to_another(writing: Writing) -> None:
    page = writing.new("Two windows", "Stored.")
    saved(page)
    page.route("**/autosave/", lambda route: route.abort())
    page.type("#body", "Being written.")
    until_kept(page, "Being written.")
    other = writing.context.new_page()
    other.goto(page.url)
    live(other)
    other.type("#body", "Hers.")
    until_kept(other, "Hers.")
    assert other.locator(".kept").count() == 0
    saved(other)
    page.unroute("**/autosave/")
    page.type("#body", "Mine.")
    page.wait_for_selector(".trouble:has-text('saved elsewhere')")
    assert "Mine." in page.input_value("#body")
    with page.expect_navigation():
        page.get_by_role("button", name="Compare and put together").click()
    assert page.locator(".changes").count()
    assert "Mine." in page.input_value("#body")
    live(page)
    page.type("#body", "Both.")
    until_kept(page, "Both.")
    # Which of the two texts stays is for the author to say: nothing is saved by itself here.
    page.wait_for_timeout(3000)
    assert not any("Both." in body for body in writing.stored() + writing.stored(of="draft"))
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()
    assert any("Both." in body for body in writing.stored())
    other.close()


def test_a_session_that_ended_keeps_the_words_and_goes_on(writing: Writing) -> None:
    writing.context.clear_cookies()  # a session of its own: others stay signed in
    sign_in(writing.context, writing.address).close()
    page = writing.new("Session", "Before.")
    saved(page)
    other = writing.context.new_page()
    other.goto(f"{writing.address}/admin/")
    with other.expect_navigation():
        other.get_by_role("button", name="Sign out").click()
    page.bring_to_front()
    page.type("#body", "After.")
    page.wait_for_selector(".trouble:has-text('signed out')")
    assert page.get_by_role("link", name="Sign in").get_attribute("target") == "_blank"
    sign_in(writing.context, writing.address).close()
    page.evaluate("dispatchEvent(new Event('focus'))")  # what a browser does when its tab is come back to
    saved(page)
    assert any("After." in body for body in writing.stored())
    assert not page.locator(".trouble").is_visible()
    # The page's own buttons know the new session, too.
    with page.expect_navigation():
        page.get_by_role("button", name="Publish", exact=True).click()
    assert "Published." in page.inner_text(".notices")


def test_publishing_waits_for_the_save_under_way(writing: Writing) -> None:
    page = writing.new("In time", "One.")
    saved(page)
    held: list[Any] = []
    page.route("**/autosave/", lambda route: held.append(route))  # noqa: PLW0108
    page.type("#body", "Two.")
    until(lambda: page.evaluate("1") and held, 8, "a save under way")
    page.type("#body", "Three.")
    page.get_by_role("button", name="Publish", exact=True).click()
    with page.expect_navigation():
        held[0].continue_()
    assert "Published." in page.inner_text(".notices")
    assert "Three." in page.input_value("#body")


def test_a_button_that_is_being_pressed_stays(writing: Writing) -> None:
    page = writing.new("Pressed", "Words.")
    page.get_by_role("button", name="Publish", exact=True).hover()
    page.mouse.down()
    page.wait_for_selector(".state:has-text('Draft')")  # saved by itself meanwhile
    with page.expect_navigation():
        page.mouse.up()
    assert "Published." in page.inner_text(".notices")


def test_a_browser_that_keeps_nothing_says_so(
    browser: "Browser", study: "tuple[str, BrowserContext]", place: Path
) -> None:
    context = browser.new_context()
    context.add_init_script(FORBIDDEN)
    writing = Writing(study[0], place, context)
    page = writing.new()
    page.type("#body", "Only here.")
    page.wait_for_selector(".status:has-text('keeps no copy')")
    saved(page)
    assert "Only here." in writing.stored()
    context.close()


def test_a_server_that_is_away_is_asked_again(start: "Start", instance: Path, browser: "Browser") -> None:
    run(instance, "user", "add", EMAIL, "--name", "Ana", "--password-stdin", stdin=f"{PASSWORD}\n")
    server = start(workers=1)
    context = browser.new_context()
    writing = Writing(f"http://127.0.0.1:{server.port}", instance, context)
    page = writing.new("Restarted", "Before.")
    saved(page)
    server.stop(signal.SIGTERM)
    page.type("#body", "Meanwhile.")
    page.wait_for_selector(".trouble:has-text('does not answer')")
    until_kept(page, "Meanwhile.")
    start(workers=1, port=server.port)
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert any("Meanwhile." in body for body in writing.stored())
    context.close()


# -- the whole browser dies ---------------------------------------------------------------------------------


class Machine:
    """A browser of its own, with a folder that outlives it."""

    def __init__(self, browser: "Browser", folder: Path) -> None:
        port = free_port()
        command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder}", f"--remote-debugging-port={port}", "about:blank"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0)
        self.found: list[Browser] = []
        until(lambda: self.connected(browser, f"http://127.0.0.1:{port}"), 20, "a browser")

    def connected(self, browser: "Browser", address: str) -> bool:
        from playwright.sync_api import Error

        try:
            self.found.append(browser.browser_type.connect_over_cdp(address))
        except Error:
            return False
        return True

    @property
    def context(self) -> "BrowserContext":
        return self.found[0].contexts[0]

    def dies(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def test_a_browser_that_dies_in_the_middle_of_a_sentence(
    browser: "Browser", study: "tuple[str, BrowserContext]", place: Path, tmp_path: Path
) -> None:
    machine = Machine(browser, tmp_path)
    writing = Writing(study[0], place, machine.context)
    page = writing.new("Cut off")
    page.route("**/autosave/", lambda route: route.abort())  # as on a line that broke, too
    page.click("#body")
    typed: list[tuple[float, str]] = []
    begun, text = time.monotonic(), ""
    for number in range(400):
        page.keyboard.type(f"{number} ")
        text += f"{number} "
        typed.append((time.monotonic(), text))
        if time.monotonic() - begun > 3:
            break
    died = time.monotonic()
    machine.dies()
    machine = Machine(browser, tmp_path)
    page = Writing(study[0], place, machine.context).new()
    page.get_by_role("button", name="Put it into the form").click()
    found = page.input_value("#body")
    machine.dies()
    assert text.startswith(found)
    a_second_before = [words for when, words in typed if when < died - 1][-1]
    assert found.startswith(a_second_before)
