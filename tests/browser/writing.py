"""An author at the writing page, in Chromium, on a server of their own."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from blog.extensions import sqlite_driver

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

EMAIL, PASSWORD = "ana@example.org", "seven quiet rivers"


def sign_in(context: "BrowserContext", address: str) -> "Page":
    page = context.new_page()
    page.goto(f"{address}/admin/sign-in/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.click("main form button")
    return page


class Writing:
    """An author at the writing page, and what the database has of it."""

    def __init__(self, address: str, instance: Path, context: "BrowserContext") -> None:
        self.address, self.instance, self.context = address, instance, context
        self.page = context.new_page() if context.cookies() else sign_in(context, address)
        self.complaints: list[str] = []
        self.listen(self.page)

    def listen(self, page: "Page") -> "Page":
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def cut(self) -> None:
        """Let nothing that is saved by itself arrive any more, not even of a page that is closed."""
        self.context.route("**/autosave/", lambda route: route.abort())

    def mend(self) -> None:
        self.context.unroute("**/autosave/")

    def new(self, title: str = "", body: str = "") -> "Page":
        self.page.goto(f"{self.address}/admin/posts/new/")
        live(self.page)
        if title:
            self.page.fill("#title", title)
        if body:
            self.page.fill("#body", body)
        return self.page

    def stored(self, what: str = "body", of: str = "post") -> list[Any]:
        """A column of a table, in the order of its rows."""
        base = sqlite_driver().connect(str(self.instance / "blog.db"))
        try:
            return [row[0] for row in base.execute(f"SELECT {what} FROM {of}")]
        finally:
            base.close()


def live(page: "Page") -> None:
    """Wait until the scripts are at work."""
    page.wait_for_selector(".writing.live")


def saved(page: "Page") -> str:
    """What the page says once all that was typed is on the server."""
    page.wait_for_function("() => document.querySelector('.unsaved-mark').hidden")
    page.wait_for_function("() => document.querySelector('.status').textContent.includes('Saved')")
    return page.inner_text(".status [role=status]")
