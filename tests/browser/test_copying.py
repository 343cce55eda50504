"""Buttons that copy an address: the keyboard, the clipboard, and browsers without either."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PERMISSIONS = ["clipboard-read", "clipboard-write"]


def _open(browser: "Browser", address: str, *permissions: str, scripts: bool = True) -> "Page":
    context = browser.new_context(java_script_enabled=scripts)
    context.grant_permissions(list(permissions), origin=address)
    page = context.new_page()
    page.goto(f"{address}/subscribe/")
    return page


@pytest.mark.parametrize(("number", "path"), list(enumerate(["/feed.xml", "/atom.xml", "/feed.json"])))
def test_each_button_copies_its_address_and_says_so(browser: "Browser", address: str, number: int, path: str) -> None:
    page = _open(browser, address, *PERMISSIONS)
    button = page.locator("button[data-copy]").nth(number)
    button.focus()
    page.keyboard.press("Enter")
    status = page.locator(".copyable [role=status]").nth(number)
    status.filter(has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == address + path
    assert button.evaluate("button => button === document.activeElement")
    page.context.close()


def test_where_copying_is_not_allowed_the_address_is_selected(browser: "Browser", address: str) -> None:
    page = _open(browser, address)
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error())")
    page.reload()
    page.locator("button[data-copy]").first.click()
    page.locator(".copyable [role=status]").first.filter(has_text="Selected").wait_for()
    assert page.evaluate("getSelection().toString()") == f"{address}/feed.xml"
    page.context.close()


def test_without_scripts_there_is_no_button_and_nothing_is_missing(browser: "Browser", address: str) -> None:
    page = _open(browser, address, scripts=False)
    assert page.locator("button[data-copy]").count() == 3
    assert not any(button.is_visible() for button in page.locator("button[data-copy]").all())
    assert page.locator(".permalink a").first.get_attribute("href") == f"{address}/feed.xml"
    page.context.close()


def test_each_button_says_what_it_copies(browser: "Browser", address: str) -> None:
    page = _open(browser, address)
    page.get_by_role("button", name=f"Copy the address {address}/atom.xml").wait_for()
    page.context.close()
