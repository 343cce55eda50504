"""QR codes: what is drawn can be read again."""

import re

import pytest
import segno

from blog.social import qr
from tests.world import Blog


def modules(code: qr.QRCode) -> list[list[int]]:
    """The dark and light modules that a path draws."""
    matrix = [[0] * code.size for _ in range(code.size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", code.path):
        for place in range(int(x), int(x) + int(length)):
            matrix[int(y)][place] = 1
    return matrix


@pytest.mark.parametrize(
    "text", ["https://essays.example/posts/post/", "https://xn--e1aybc.example/posts/" + "long-" * 30, "x"]
)
def test_the_path_draws_the_code(text: str) -> None:
    made = segno.make(text, error="l", boost_error=False, micro=False, mask=qr.MASK)
    assert modules(qr.encode(text)) == [[int(bool(module)) for module in row] for row in made.matrix]


def test_an_article_shows_the_code_of_its_address(blog: Blog) -> None:
    blog.make_post("Post", slug="post", canonical_url="https://other.example/p")
    [drawn] = blog.read("/posts/post/").xpath("//*[contains(@class, 'qr')]//@d")
    assert drawn == qr.encode("https://other.example/p").path


def test_an_address_too_long_for_cameras_has_none(blog: Blog) -> None:
    blog.make_post("Post", slug="post", canonical_url="https://other.example/" + "x" * 500)
    assert not blog.read("/posts/post/").xpath("//*[contains(@class, 'qr')]")
