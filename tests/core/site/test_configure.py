"""Several settings at once: all or none, and nothing that stays as it is."""

import pytest
from flask import Flask

from blog.core.errors import Invalid, InvalidFields
from blog.core.site.settings import configure, configure_all, site
from blog.models.json_types import RENDERER_VERSION
from tests.world import Blog

PICTURE = "![A river](https://elsewhere.example/river.png)"


def test_all_are_changed_together(app: Flask) -> None:
    configure_all({"title": "Two  Rivers", "networks": "x email", "foreign_media": "on"})
    row = site()
    assert (row.title, row.networks, row.foreign_media) == ("Two Rivers", ["x", "email"], True)


def test_all_that_is_wrong_is_told_and_nothing_changed(app: Flask) -> None:
    before = site().public_version
    with pytest.raises(InvalidFields) as error:
        configure_all({"title": "", "tagline": "Good", "accent": "red", "nonsense": "x"})
    assert [one.field for one in error.value.errors] == ["title", "accent", "key"]
    assert (site().tagline, site().public_version) == ("", before)


def test_what_stays_as_it_is_writes_nothing(blog: Blog) -> None:
    configure("follow", "Me https://me.example/")
    before = site().public_version
    configure_all({"title": " Broadsheet ", "follow": "Me https://me.example/", "accent": "#9B2D1F", "hubs": ""})
    configure("title", "Broadsheet")
    configure_all({})
    assert site().public_version == before


def test_one_change_moves_the_version_once(app: Flask) -> None:
    before = site().public_version
    configure_all({"title": "A", "tagline": "B", "footer": "C"})
    assert site().public_version == before + 1


def test_texts_are_rendered_anew_only_when_it_matters(blog: Blog) -> None:
    post = blog.make_post("A", slug="a", body=PICTURE)
    configure_all({"foreign_media": "on", "title": "B"})
    assert "<img" in blog.again(post).html and blog.again(post).renderer == RENDERER_VERSION
    version = site().public_version
    configure_all({"foreign_media": "yes"})
    assert site().public_version == version
    configure("foreign_media", "off")
    assert "<img" not in blog.again(post).html


def test_one_setting_says_what_is_wrong_with_it(app: Flask) -> None:
    with pytest.raises(Invalid, match="is not a colour"):
        configure("accent", "red")
