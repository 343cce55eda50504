"""How a link will look, as a template shows it beside what is written."""

from flask import Flask, render_template_string
from lxml import html

from blog.social import network_limits

FRAGMENT = (
    '{% import "macros/looks.html" as fragment %}'
    "{{ fragment.looks('/cards/a.png', looks, warnings, 'essays.example') }}"
)
TITLE = "Tom & <b>Jerry</b> " * 8


def test_each_network_and_each_warning_is_shown(app: Flask) -> None:
    looks = network_limits.network_previews(TITLE, "A text. " * 40)
    warnings = list(
        network_limits.warnings(
            TITLE, "", "http://127.0.0.1:8000",
            cover=(300, 200), undrawable="\ue000", public=False, unlisted=True, local=True,
        )
    )  # fmt: skip
    with app.test_request_context():
        made = render_template_string(FRAGMENT, looks=looks, warnings=warnings)
    page = html.fragment_fromstring(made, create_parent="div")
    assert [caption.text for caption in page.xpath("//figcaption")] == list(network_limits.TEXT_LIMITS)
    assert [item.text for item in page.xpath("//li")] == warnings and len(warnings) == 7
    assert page.xpath("//img/@src") == ["/cards/a.png"] * len(looks)
    assert all(name.text.startswith("Tom & <b>Jerry</b>") for name in page.xpath("//*[@class = 'name']"))


def test_nothing_is_warned_of_where_all_is_well() -> None:
    warnings = network_limits.warnings(
        "Rivers", "In short.", "https://essays.example",
        cover=(1600, 840), undrawable="", public=True, unlisted=False, local=False,
    )  # fmt: skip
    assert list(warnings) == []


def test_no_network_shows_more_than_it_does() -> None:
    for look in network_limits.network_previews("word " * 100, "word " * 200):
        most = network_limits.TEXT_LIMITS[look.network]
        assert len(look.title) <= most[0] and len(look.description) <= most[1]
