"""The page on which posts are written, as the hands of an author use it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# A stretch stands between [[ and ]]; where nothing is selected, the caret is |.
FIRST, LAST, CARET = "[[", "]]", "|"


class Paper:
    """A page with the form of a new post. Texts show where the caret is, or what is selected."""

    def __init__(self, page: "Page", address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())

    def open(self) -> None:
        """Begin anew."""
        self.page.goto(f"{self.address}/admin/posts/new/")
        self.page.locator("[role=toolbar]").wait_for()
        self.complaints.clear()

    def put(self, text: str, field: str = "#body") -> None:
        """Write over all that a field holds, in one step, and select."""
        self.page.focus(field)
        self.press("Control+a")
        plain = text.replace(FIRST, "").replace(LAST, "").replace(CARET, "")
        self.page.keyboard.insert_text(plain)
        start = text.index(FIRST) if FIRST in text else text.index(CARET)
        end = text.index(LAST) - len(FIRST) if FIRST in text else start
        self.page.evaluate(
            "([field, ...places]) => document.querySelector(field).setSelectionRange(...places)", [field, start, end]
        )

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tool(self, name: str) -> None:
        """Click a button of the toolbar."""
        self.page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()

    def text(self, field: str = "#body") -> str:
        """What a field holds, with the caret or the selection."""
        value, start, end = self.page.eval_on_selector(
            field, "field => [field.value, field.selectionStart, field.selectionEnd]"
        )
        if start == end:
            return str(value[:start] + CARET + value[start:])
        return str(value[:start] + FIRST + value[start:end] + LAST + value[end:])

    def undone(self) -> str:
        self.press("Control+z")
        return self.text()

    def redone(self) -> str:
        self.press("Control+Shift+z")
        return self.text()
