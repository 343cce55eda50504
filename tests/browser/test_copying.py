"""Buttons that copy or share an address: the keyboard, the clipboard, the share sheet, and browsers without them."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PERMISSIONS = ["clipboard-read", "clipboard-write"]


ARTICLE = "/posts/diplomatic-relations/"


def _open(
    browser: "Browser",
    address: str,
    *permissions: str,
    path: str = "/subscribe/",
    scripts: bool = True,
    before: str = "",
) -> "Page":
    context = browser.new_context(java_script_enabled=scripts)
    context.grant_permissions(list(permissions), origin=address)
    context.add_init_script(before)
    page = context.new_page()
    page.goto(address + path)
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


def test_an_article_copies_exactly_its_canonical_address(browser: "Browser", address: str) -> None:
    page = _open(browser, address, *PERMISSIONS, path=f"{ARTICLE}?utm_source=x#share")
    page.locator("button[data-copy]").click()
    page.locator(".social [role=status]").filter(has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == address + ARTICLE
    page.context.close()


def test_the_share_sheet_gets_address_and_title_where_there_is_one(browser: "Browser", address: str) -> None:
    sheet = "navigator.share = given => { window.given = given; return Promise.resolve(); };"
    page = _open(browser, address, path=ARTICLE, before=sheet)
    page.get_by_role("button", name="Share by what this device has").click()
    assert page.evaluate("window.given") == {"url": address + ARTICLE, "title": "Diplomatic Relations"}
    page.context.close()


@pytest.mark.parametrize(("name", "said"), [("AbortError", ""), ("NotAllowedError", "The share sheet did not open")])
def test_a_share_sheet_that_closes_or_fails_says_no_more_than_it_must(
    browser: "Browser", address: str, name: str, said: str
) -> None:
    sheet = f"navigator.share = () => Promise.reject(new DOMException('', '{name}'));"
    page = _open(browser, address, path=ARTICLE, before=sheet)
    page.locator("button[data-share]").click()
    page.evaluate("new Promise(done => setTimeout(done))")  # what was refused is heard before
    assert page.locator(".social [role=status]").inner_text() == said
    page.context.close()


def test_without_a_share_sheet_there_is_no_button_for_it(browser: "Browser", address: str) -> None:
    page = _open(browser, address, path=ARTICLE, before="delete Navigator.prototype.share;")
    assert page.locator("button[data-copy]").is_visible()
    assert not page.locator("button[data-share]").is_visible()
    page.context.close()


def test_the_qr_code_is_shown_when_asked_for_and_on_paper(browser: "Browser", address: str) -> None:
    page = _open(browser, address, path=ARTICLE, scripts=False)
    assert not page.is_visible(".qr")
    page.click("summary:has-text('QR code')")
    assert page.is_visible(".qr")
    page.click("summary:has-text('QR code')")
    assert not page.is_visible(".qr")
    page.emulate_media(media="print")
    assert page.is_visible(".qr") and page.is_visible(".permalink")
    for gone in (".social button", ".social .networks", ".social h2", ".social details", ".follow"):
        assert not any(each.is_visible() for each in page.locator(gone).all()), gone
    page.context.close()
