"""By what code pages were made: another code may make other pages of the same posts, and their date says so."""

from pathlib import Path

from flask import Flask

from blog.commands import serve
from blog.core.site import settings as site_settings
from blog.models import Site
from tests.web.ask import served
from tests.world import Blog


def row(app: Flask) -> Site:
    return site_settings.site()


def test_the_same_code_changes_nothing(app: Flask, blog: Blog) -> None:
    site_settings.record_build("one")
    before = row(app).public_version, row(app).changed_at
    site_settings.record_build("one")
    assert (row(app).public_version, row(app).changed_at) == before


def test_other_code_moves_the_version_and_the_date(blog: Blog) -> None:
    site_settings.record_build("one")
    seen = blog.get("/").headers["Last-Modified"]
    version, changed_at = site_settings.site().public_version, site_settings.site().changed_at
    site_settings.record_build("two")
    assert site_settings.site().public_version == version + 1 and site_settings.site().changed_at > changed_at
    assert blog.get("/", If_Modified_Since=seen).status_code == 200


def test_the_address_and_the_files_name_the_maker(blog: Blog, tmp_path: Path) -> None:
    settings = blog.app.extensions["settings"]
    assert serve._build_id(settings) == serve._build_id(settings)
    with served(blog, site_url="https://other.example") as other:
        assert serve._build_id(other.app.extensions["settings"]) != serve._build_id(settings)
