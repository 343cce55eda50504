"""What other people's parsers find in our pages: extruct for Open Graph and JSON-LD, mf2py for microformats."""

import warnings
from typing import Any

import pytest

from tests.world import SITE_URL, Blog

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import extruct
    import mf2py

TITLE = 'Tom & Jerry: "50%" + <b> #1? </script> 😀 سلام ]]>'
ADDRESS = f"{SITE_URL}/posts/post/"


@pytest.fixture
def post(blog: Blog) -> Blog:
    """An article with a hostile title, a summary and tags."""
    blog.make_post(TITLE, slug="post", summary="In short & <i>.", tags=["A & B", "C"], body="Long *text*.")
    return blog


def parse_page(blog: Blog, path: str) -> dict[str, Any]:
    """What extruct finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(extruct.extract(blog.get(path).text, base_url=SITE_URL + path, syntaxes=["json-ld", "opengraph"]))


def microformats(blog: Blog, path: str) -> list[dict[str, Any]]:
    """What mf2py finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(mf2py.parse(doc=blog.get(path).text, url=SITE_URL + path)["items"])


def test_open_graph_is_found_whole(post: Blog) -> None:
    [graph] = parse_page(post, "/posts/post/")["opengraph"]
    said = dict(graph["properties"])
    assert (said["og:title"], said["og:description"], said["og:url"]) == (TITLE, "In short & <i>.", ADDRESS)
    assert said["og:type"] == "article" and said["og:image"].startswith(f"{SITE_URL}/cards/post-")
    assert (said["og:image:width"], said["og:image:height"], said["og:image:alt"]) == ("1200", "630", TITLE)
    assert [value for name, value in graph["properties"] if name == "article:tag"] == ["A & B", "C"]


def test_json_ld_is_found_whole(post: Blog) -> None:
    article, way = parse_page(post, "/posts/post/")["json-ld"]
    assert (article["@type"], article["headline"], article["url"]) == ("BlogPosting", TITLE, ADDRESS)
    assert article["author"]["name"] == "Editor" and article["publisher"]["name"] == "Broadsheet"
    assert article["keywords"] == ["A & B", "C"] and article["image"].startswith(f"{SITE_URL}/cards/post-")
    assert way["@type"] == "BreadcrumbList" and way["itemListElement"][-1]["name"] == TITLE


def test_an_article_is_an_entry_with_an_author(post: Blog) -> None:
    [entry] = [item for item in microformats(post, "/posts/post/") if "content" in item["properties"]]
    said = entry["properties"]
    assert (entry["type"], said["name"], said["url"]) == (["h-entry"], [TITLE], [ADDRESS])
    assert said["summary"] == ["In short & <i>."] and said["category"] == ["A & B", "C"]
    assert said["content"][0]["value"].strip() == "Long text." and "intent" not in said["content"][0]["html"]
    assert said["author"][0]["properties"]["name"] == ["Editor"] and said["published"][0]


@pytest.mark.parametrize("path", ["/", "/tags/c/"])
def test_a_list_is_a_feed_of_entries(post: Blog, path: str) -> None:
    [feed] = [item for item in microformats(post, path) if "h-feed" in item["type"]]
    [entry] = feed["children"]
    assert (entry["properties"]["name"], entry["properties"]["url"]) == ([TITLE], [ADDRESS])
