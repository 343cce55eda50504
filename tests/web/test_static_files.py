"""Static files, pictures, the look."""

import re

import pytest

from blog.core.site.settings import configure
from blog.web.static_files import MAX_READER_STYLESHEETS, StaticFiles
from blog.web.theme import stylesheets
from tests.web.ask import ask, rough
from tests.world import Blog, picture

FOR_EVER = "public, max-age=31536000, immutable"
STYLE = "//head/link[@rel = 'stylesheet']/@href"


@pytest.fixture
def media(blog: Blog) -> str:
    """The address of a stored picture."""
    kept = blog.store(picture(400, 300, colour="navy"))
    return kept.address


def test_the_stylesheet_has_its_hash_in_its_name_and_is_kept_for_ever(blog: Blog) -> None:
    [address] = blog.read("/").xpath(STYLE)
    assert re.fullmatch(r"/static/css/reader\.[0-9a-f]{10}\.css", address)
    answer = blog.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert answer.headers["Cache-Control"] == FOR_EVER
    css = answer.get_data(as_text=True)
    assert "/*" not in css and "@layer tokens" in css  # comments are for who reads the source


def test_without_its_right_hash_a_file_is_asked_for_again(blog: Blog) -> None:
    for address in ("/static/css/reader.css", "/static/css/reader.0123456789.css"):
        answer = blog.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
        assert blog.get(address, If_None_Match=answer.headers["ETag"]).status_code == 304


def test_static_files_are_compressed_when_asked(blog: Blog) -> None:
    answer = blog.get("/static/css/reader.css", Accept_Encoding="br, gzip")
    assert answer.headers["Content-Encoding"] == "br" and answer.headers["Vary"] == "Accept-Encoding"
    assert len(answer.data) < len(blog.get("/static/css/reader.css").data)


NO_FILES = [
    "none.css",
    "css/",
    "css",
    "",
    "../pyproject.toml",
    "css/../../pyproject.toml",
    "..%2fpyproject.toml",
    "%2e%2e/pyproject.toml",
    "css/%2e%2e/%2e%2e/pyproject.toml",
    "/etc/resolv.conf",
    "%2Fetc/resolv.conf",
    "//etc/host.conf",
    "..%5cpyproject.toml",
    "css\\reader.css",
    ".hidden",
    ".hidden.css",
    "css/.reader.css",
    "css/reader.css%00",
    "css/reader.css/",
    "css/reader.css~",
    "a/" * 2000 + "b.css",
    "css/reader-xyz-serif.0123456789.css",
    "css/reader-0088cc-comic.0123456789.css",
    "css/reader-0088CC-serif.0123456789.css",
    "css/reader-0088cc-serif.css",
    "css/reader.0123456789.0123456789.css",
]


def arrived(blog: Blog, address: str) -> int:
    """The status at the end of the redirects."""
    answer = blog.get(address)
    while answer.status_code in (301, 308):
        answer = blog.get(answer.headers["Location"])
    return int(answer.status_code)


def test_what_is_no_file_of_ours_is_not_found(blog: Blog) -> None:
    rough(blog)
    for name in NO_FILES:
        assert arrived(blog, f"/static/{name}") == 404, name[:60]


def test_a_file_name_too_long_for_the_disk_is_not_found(blog: Blog) -> None:
    rough(blog)
    assert arrived(blog, f"/static/{'a' * 300}.css") == 404


def test_dotfiles_in_the_folder_are_not_served(blog: Blog) -> None:
    for name in (".gitignore", ".DS_Store", "css/.gitkeep"):
        assert blog.get(f"/static/{name}").status_code == 404


def test_a_picture_is_kept_for_ever_and_can_do_nothing(blog: Blog, media: str) -> None:
    with blog.get(media) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["ETag"]


def test_a_picture_can_be_asked_for_again_cheaply(blog: Blog, media: str) -> None:
    with blog.get(media) as answer:
        tag = answer.headers["ETag"]
    with blog.get(media, If_None_Match=tag) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_a_picture_answers_head(blog: Blog, media: str) -> None:
    with blog.get(media) as get, ask(blog, media, "HEAD") as head:
        assert head.headers["Content-Length"] == get.headers["Content-Length"] and head.data == b""
    assert ask(blog, media, "POST").status_code == 405


def test_an_unknown_picture_is_not_found(blog: Blog) -> None:
    rough(blog)
    names = [
        "none.png",
        "0" * 24 + ".png",
        "../blog.db",
        "..%2fblog.db",
        "%2e%2e%2fsecret_key",
        ".hidden.png",
        "a.svg",
        "",
    ]
    for name in [*names, "x/y.png", "0" * 24 + ".html", "a" * 300 + ".png", "%00.png"]:
        assert arrived(blog, f"/media/{name}") == 404, name


def test_a_missing_media_folder_breaks_nothing(blog: Blog, media: str) -> None:
    rough(blog)
    for file in (blog.instance / "media").iterdir():
        file.unlink()
    (blog.instance / "media").rmdir()
    assert blog.get(media).status_code == 404
    assert blog.get("/").status_code == 200


def test_another_look_is_another_stylesheet(blog: Blog) -> None:
    [usual] = blog.read("/").xpath(STYLE)
    configure("accent", "#08C")
    configure("typeface", "sans")
    [style] = blog.read("/").xpath(STYLE)
    assert "0088cc-sans" in style
    answer = blog.get(style)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "text/css", FOR_EVER)
    whole, house = answer.get_data(as_text=True), blog.get(usual).get_data(as_text=True)
    assert whole.startswith(house)
    assert "--accent: #0088cc" in whole[len(house) :] and "--text: var(--face-sans)" in whole[len(house) :]
    assert "#0088cc" not in house


def test_a_stylesheet_of_another_day_answers_with_that_of_today(blog: Blog) -> None:
    configure("accent", "#08C")
    [style] = blog.read("/").xpath(STYLE)
    old = re.sub(r"\.[0-9a-f]{10}\.", ".0123456789.", style)
    answer = blog.get(old)
    assert answer.headers["Cache-Control"] == "no-cache" and answer.data == blog.get(style).data


def test_no_more_looks_are_kept_than_a_few(blog: Blog) -> None:
    [style] = blog.read("/").xpath(STYLE)
    for number in range(30):
        address = stylesheets.url(f"#0000{number:02x}", "serif", None)
        assert blog.get(address).status_code == 200
    assets: StaticFiles = blog.app.extensions["static_files"]
    assert len(assets.stylesheets) <= MAX_READER_STYLESHEETS
    assert blog.get(style).status_code == 200


def test_the_icon_is_found_where_browsers_ask(blog: Blog) -> None:
    with blog.get("/favicon.ico") as answer:
        assert (
            answer.status_code == 200
            and answer.mimetype.startswith("image/")
            and "max-age" in answer.headers["Cache-Control"]
        )
    [icon] = blog.read("/").xpath("//link[@rel = 'icon']/@href")
    assert blog.get(icon).mimetype == "image/svg+xml"


def test_everything_a_page_loads_is_there(blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    for path in ("/", "/posts/post/", "/nothing/"):
        page = blog.read(path, 404 if path == "/nothing/" else 200)
        for address in page.xpath("//link[@rel = 'stylesheet' or @rel = 'icon']/@href | //script/@src | //img/@src"):
            assert blog.get(address).status_code == 200, address
