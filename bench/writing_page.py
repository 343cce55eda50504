"""Measure the writing page in Chromium: preview, saving, and a crash, with an essay of 3,400 words and human typing.

Needs Playwright and Debian's Chromium, as the tests do.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench import library, report, servers
from bench.measures import Plan, Progress
from bench.report import Row
from blog import config, paths
from blog.commands import open_app
from blog.core.accounts import people

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

EMAIL, PASSWORD = "bench@example.org", "seven quiet rivers"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
WORDS, KILLS = 40, 5

HEADING = "## How writing was measured"
SECTION = """{heading}

Measured on {now:%Y-%m-%d} by `python -m bench --only writing`, which writes only this section. Machine: {on}, Chromium
{chromium}.

| what | median | most | goal |
|---|---:|---:|---:|
| last key to the preview that shows it | {preview[0]:.0f} ms | {preview[1]:.0f} ms | 500 ms |
| last key to “Saved” | {saved[0]:.1f} s | {saved[1]:.1f} s | 3 s |
| typing lost when Chromium is killed in mid-sentence | {lost[0]:.2f} s | {lost[1]:.2f} s | 1 s |

An essay of {words:,} words stands in the form; {keys} times a word is typed into it, each followed by a rest. The
clock is the page's own: from the event of the last key to the frame after the preview (250 ms of which the page waits
for more keys), or to the change of the status line (2 s). For the last row the server is made unreachable and all
processes of the browser are killed ({deaths} times) while keys come every 40 ms; it is started again on the same
folder, and the time is told from the last word that it offers to its death.
"""
WATCH = """() => {
    const body = document.querySelector("#body"), mark = document.querySelector(".unsaved-mark");
    const shadow = document.querySelector(".pane").shadowRoot;
    window.previewTimes = []; window.saveTimes = [];
    let last = 0, asked = true, unsaved = false;
    body.addEventListener("input", () => { last = performance.now(); asked = unsaved = true; });
    new MutationObserver(() => requestAnimationFrame(() => {
        if (asked) window.previewTimes.push(performance.now() - last);
        asked = false;
    })).observe(shadow, { subtree: true, childList: true });
    new MutationObserver(() => {
        if (!mark.hidden || !unsaved) return;
        window.saveTimes.push((performance.now() - last) / 1000);
        unsaved = false;
    }).observe(mark, { attributes: true, attributeFilter: ["hidden"] });
}"""


def measure(folder: Path, keep: Path | None, plan: Plan, progress: Progress) -> tuple[list[Row], str]:
    """Return no row of the table, and a section of its own."""
    from playwright.sync_api import sync_playwright

    instance = folder / "writing"
    library.create_or_copy(instance, plan.sizes[0], keep, progress)
    with open_app(config.load(instance, environ={}, site_url=library.SITE_URL)):
        people.add(EMAIL, "Bench", PASSWORD)
    with servers.broadsheet(instance, folder / "log") as blog, sync_playwright() as playwright:
        address = f"http://127.0.0.1:{blog.port}"
        progress("writing: the preview, and saving")
        preview, saved, words, chromium = _measure_typing(playwright, address)
        progress("writing: a browser that dies")
        lost = [_measure_loss(playwright, address, folder / f"profile-{number}") for number in range(KILLS)]
    return [], SECTION.format(
        heading=HEADING, now=datetime.now(UTC), on=report.machine(""), chromium=chromium, words=words, keys=WORDS,
        deaths=KILLS, preview=(median(preview), max(preview)), saved=(median(saved), max(saved)),
        lost=(median(lost), max(lost)),
    )  # fmt: skip


def _measure_typing(playwright: "Playwright", address: str) -> tuple[list[float], list[float], int, str]:
    """Return, for each word typed, milliseconds to the preview and seconds to “Saved”; word count; Chromium version."""
    browser = playwright.chromium.launch(executable_path=_chromium(), args=list(FLAGS))
    page = _open_editor(browser.new_page(viewport={"width": 1280, "height": 900}), address)
    essay = paths.samples() / "diplomatic-relations.md"
    text = essay.read_text("utf-8").split("---\n", 2)[2]
    page.fill("#title", "An essay")
    page.fill("#body", text)
    page.wait_for_function("() => document.querySelector('.unsaved-mark').hidden")
    page.evaluate(WATCH)
    dice = random.Random(library.SEED)
    for number in range(WORDS):
        page.focus("#body")
        page.keyboard.type(f" word{number}", delay=dice.uniform(60, 140))
        page.wait_for_function("number => window.saveTimes.length > number", arg=number, timeout=30_000)
    times: tuple[list[float], list[float]] = page.evaluate("[window.previewTimes, window.saveTimes]")
    version = browser.version
    browser.close()
    return times[0], times[1], len(text.split()), version


def _measure_loss(playwright: "Playwright", address: str, profile: Path) -> float:
    """Return how many seconds of typing were lost when the browser was killed."""
    with _browser(playwright, profile) as browser:
        page = _open_editor(browser.contexts[0].new_page(), address)
        page.route("**/autosave/", lambda route: route.abort())
        page.focus("#body")
        begun, text = time.monotonic(), ""
        typed = [(begun, text)]
        while time.monotonic() - begun < 4:
            text += "word "
            page.keyboard.type("word ", delay=40)
            typed.append((time.monotonic(), text))
        died = time.monotonic()
    with _browser(playwright, profile) as browser:
        page = _open_editor(browser.contexts[0].new_page(), address)
        page.get_by_role("button", name="Put it into the form").click()
        restored = page.input_value("#body")
    return died - max(when for when, words in typed if len(words) <= len(restored))


@contextmanager
def _browser(playwright: "Playwright", profile: Path) -> "Iterator[Browser]":
    """Run a browser whose profile outlives it; at the end kill all its processes at once."""
    port = servers.free_port()
    command = [_chromium(), *FLAGS, f"--user-data-dir={profile}", f"--remote-debugging-port={port}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0)
    try:
        yield _connect(playwright, port)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _connect(playwright: "Playwright", port: int) -> "Browser":
    from playwright.sync_api import Error

    end = time.monotonic() + 30
    while True:
        try:
            return playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        except Error:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _open_editor(page: "Page", address: str) -> "Page":
    """Sign in if needed, and return the page of a new post."""
    page.goto(f"{address}/admin/posts/new/")
    if "/sign-in/" in page.url:
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        with page.expect_navigation():
            page.click("main form button")
        page.goto(f"{address}/admin/posts/new/")
    page.wait_for_selector(".writing.live")
    return page


def _chromium() -> str:
    return shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"


def previous_section(before: str) -> str:
    """Return the section of an earlier run: a full run does not measure writing."""
    _, heading, after = before.partition(f"{HEADING}\n")
    return f"{HEADING}\n{after.partition(chr(10) + '## ')[0]}" if heading else ""
