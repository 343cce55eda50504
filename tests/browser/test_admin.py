"""Every page of authors in Chromium: open to all (axe: WCAG 2.2 AA, best practice), narrow, dark, without complaint."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests.admin.pages import DOORS, PAGES
from tests.browser.conftest import EMAIL, PASSWORD, ROOT, sign_in, violations
from tests.browser.looking import LOOKS
from tests.live_server import serving
from tests.world import picture, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.slow
# For scripts, not for people.
DATA = {"admin.tag_names"}


@dataclass
class Desk:
    """A blog with posts in every state, and an author who is signed in."""

    address: str
    context: "BrowserContext"
    names: dict[str, str]

    def path(self, pattern: str) -> str:
        return pattern.format(**self.names)


def post(page: "Page", address: str, action: str, **fields: str) -> str:
    """The number of a post that is made by the form."""
    page.goto(f"{address}/admin/posts/new/")
    return change(page, action, **{"title": f"A {action} post", "body": "Words.", **fields})


def change(page: "Page", action: str, **fields: str) -> str:
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    with page.expect_navigation():
        page.click(f"button[name=action][value={action}]")
    return str(re.findall(r"/(\d+)/$", page.url)[0])


def pictures(page: "Page", address: str) -> dict[str, str]:
    """The numbers of a picture that is kept, and of one that was deleted."""
    found = {}
    for name, colour in (("picture", "teal"), ("gone", "navy")):
        page.goto(f"{address}/admin/media/")
        file = {"name": f"{name}.png", "mimeType": "image/png", "buffer": picture(900, 600, colour=colour)}
        page.set_input_files("#file", [file])  # type: ignore[list-item]
        with page.expect_navigation():
            page.click(".adding button")
        found[name] = str(re.findall(r"/media/(\d+)/", page.locator(".sheet a").first.get_attribute("href") or "")[0])
    page.goto(f"{address}/admin/media/{found['gone']}/")
    with page.expect_navigation():
        page.click("button[value=delete]")
    return found


@pytest.fixture(scope="module")
def desk(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    instance = tmp_path_factory.mktemp("desk")
    run(instance, "user", "add", EMAIL, "--name", "Ana", "--password-stdin", stdin=f"{PASSWORD}\n")
    run(instance, "user", "add", "bo@example.org", "--name", "Bo", "--password-stdin", stdin=f"{PASSWORD}\n")
    with serving(sys.executable, "-m", "blog", instance=instance, cwd=ROOT) as address:
        context = browser.new_context()
        page = sign_in(context, address)
        names = {
            "draft": post(page, address, "save", title="W" * 200, body="Words.\n\n## Deep"),
            "scheduled": post(page, address, "schedule", published_at="2090-01-01T08:00"),
            "deleted": post(page, address, "publish", title="Gone"),
        }
        change(page, "delete")
        names |= pictures(page, address)
        names["changed"] = post(page, address, "publish", title="Changed", summary="A summary.", tags="Water")
        change(page, "save", body="Other words.\n" * 30)
        change(page, "link")
        names["preview"] = page.locator(".permalink a").get_attribute("href") or ""
        page.goto(f"{address}/admin/people/")
        page.fill("#name", "Cy")
        with page.expect_navigation():
            page.click("button[value=invite]")
        names["invitation"] = re.findall(r"/admin/setup/[\w-]+/", page.inner_text("main"))[0]
        yield Desk(address, context, names)
        context.close()


def looked_at(page: "Page", address: str) -> list[str]:
    """All that is wrong with a page, in both themes, on a desk and on a narrow phone."""
    wrong = []
    for theme, width, rules in LOOKS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{theme} {width} {address}: {one}" for one in violations(page, rules)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{width} {address}: wider than the window")
    return wrong


@pytest.mark.parametrize("endpoint", [*PAGES, *DOORS])
def test_every_page_is_open_to_all(browser: "Browser", desk: Desk, endpoint: str) -> None:
    door = endpoint in DOORS
    page = browser.new_page() if door else desk.context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    wrong = []
    for pattern in (DOORS if door else PAGES)[endpoint]:
        answer = page.goto(desk.address + desk.path(pattern))
        assert answer is not None and answer.status == 200, pattern
        page.wait_for_load_state("networkidle")
        wrong += complaints
        wrong += looked_at(page, pattern)
        complaints.clear()  # axe gives styles to what it looks at, which our policy refuses it
    page.close()
    assert wrong == []


def test_how_a_link_will_look_is_open_to_all(desk: Desk) -> None:
    page = desk.context.new_page()
    page.goto(desk.address + "/admin/posts/new/")
    page.fill("[name=title]", "A title of many words, " * 8)
    page.evaluate("document.querySelector('form.writing').setAttribute('action', '/admin/posts/looks/')")
    with page.expect_navigation():
        page.click("button[value=save]")
    assert page.locator(".look img").count() == 8
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth === 600)")
    wrong = looked_at(page, "looks")
    page.close()
    assert wrong == []


def test_forms_that_are_refused_are_open_to_all(browser: "Browser", desk: Desk) -> None:
    page = desk.context.new_page()
    page.goto(desk.address + "/admin/posts/new/")
    page.fill("[name=title]", "Two mistakes")
    page.fill("#slug", "No Slug!")
    page.fill("[name=language]", "!")
    with page.expect_navigation():
        page.click("button[value=publish]")
    assert page.locator(".errors li").count() == 2
    assert page.evaluate("document.activeElement.className") == "errors"
    wrong = looked_at(page, "422")
    path = desk.path("/admin/posts/{draft}/")
    other = desk.context.new_page()
    for one in (page, other):
        one.goto(desk.address + path)
    change(other, "save", body="Hers, a word.")
    page.fill("[name=body]", "Mine, another word.")
    with page.expect_navigation():
        page.click("button[value=save]")
    assert page.locator(".changes del").count()
    wrong += looked_at(page, "409")
    for one in (page, other):
        one.close()
    assert wrong == []


def test_no_page_of_authors_is_forgotten(app: Flask) -> None:
    shown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("admin.", "preview.")) and "GET" in (rule.methods or set())
    }
    assert shown == {*PAGES, *DOORS, *DATA}
