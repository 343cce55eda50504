"""docs/theming.md is true: its tokens are those of the stylesheet, its example is a theme that works."""

import re
from pathlib import Path

import pytest

from blog import paths
from blog.core.site.settings import TYPEFACES
from blog.web.theme.colours import MIN_CONTRAST, contrast
from tests.world import Blog, run, texts, write

TEXT = (Path(__file__).resolve().parents[2] / "docs/theming.md").read_text("utf-8")
EXAMPLE = dict(re.findall(r"^`([\w./]+)`\n\n```\w+\n(.*?)```$", TEXT, re.DOTALL | re.MULTILINE))
CSS = (paths.static() / "css/reader.css").read_text("utf-8")


@pytest.fixture
def theme(instance: Path) -> None:
    """The example, in the folder of a blog that is not served yet."""
    for name, text in EXAMPLE.items():
        write(instance, name, text)


@pytest.fixture
def harbour(theme: None, blog: Blog) -> Blog:
    """A blog in the looks of the example."""
    blog.make_post("Tides", slug="tides")
    blog.make_post("About", kind="page", slug="about")
    return blog


def test_every_token_that_it_names_is_one() -> None:
    table = TEXT.partition("| token | sets |")[2].partition("\n\n")[0]
    named = re.findall(r"`(--[\w-]+)`", table)
    assert len(named) > 20
    assert [token for token in named if f" {token}:" not in CSS] == []


def test_it_names_the_typefaces() -> None:
    assert re.findall(r"^\| `(\w+)` \| an? ", TEXT, re.MULTILINE) == [*TYPEFACES]


def test_it_names_the_blocks_of_the_layout() -> None:
    layout = (paths.templates() / "layout.html").read_text("utf-8")
    told = TEXT.partition("The blocks of `layout.html` are")[2].partition(".")[0]
    assert re.findall(r"`(\w+)`", told) == re.findall(r"{% block (\w+) %}", layout)


def test_the_example_dresses_every_page(harbour: Blog) -> None:
    assert len(EXAMPLE) == 4
    page = harbour.read("/posts/tides/")
    [sheet] = page.xpath("//link[@rel = 'stylesheet']/@href")
    assert harbour.get(sheet).get_data(as_text=True).endswith(EXAMPLE["custom.css"])
    assert texts(page, "//p[@class = 'reuse']")[0].endswith("/posts/tides/")
    assert texts(page, "//nav[@class = 'menu']//a") == ["Essays", "About", "Get the next one"]
    assert texts(page, "//footer//a") == ["About", "Subscribe", "RSS feed"]
    assert "Lost at sea?" in harbour.get("/nowhere/").text


def test_doctor_finds_nothing_wrong_with_the_example(harbour: Blog) -> None:
    found = run(harbour.instance, "doctor", "--json").data["findings"]
    assert [one["what"] for one in found if one["level"] == "bad"] == []
    assert any("looks can be used: custom.css, templates/errors/error.html" in one["what"] for one in found)


def test_its_colours_can_be_read() -> None:
    light, _, dark = EXAMPLE["custom.css"].partition("@media")
    for theme in (light, dark):
        colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", theme))
        for ground in ("paper", "wash"):
            assert contrast(colours["ink"], colours[ground]) >= 7
            assert min(contrast(colours[name], colours[ground]) for name in ("soft", "link", "visited")) >= MIN_CONTRAST
