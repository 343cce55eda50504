"""Build the metadata of pages for networks and search engines: Open Graph, JSON-LD and others. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from blog.core.text.words import shorten

if TYPE_CHECKING:
    from blog.core.posts.article import Article
    from blog.models import Site

DESCRIPTION_LENGTH = 300
# Networks want a region (en_US); a language without one gets its most common region.
REGIONS = {
    "ar": "AR", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "en": "US", "es": "ES", "fa": "IR", "fi": "FI",
    "fr": "FR", "he": "IL", "hi": "IN", "hu": "HU", "id": "ID", "it": "IT", "ja": "JP", "ko": "KR", "nl": "NL",
    "no": "NO", "pl": "PL", "pt": "PT", "ro": "RO", "ru": "RU", "sv": "SE", "th": "TH", "tr": "TR", "uk": "UA",
    "vi": "VN", "zh": "CN",
}  # fmt: skip


class ShareImage(NamedTuple):
    """The image that a page is shared with: its absolute address, media type, size in pixels and alternative text."""

    address: str
    type: str
    width: int
    height: int
    alt: str


class Metadata(NamedTuple):
    """The metadata in a page's head: `properties` are Open Graph's, `data` is JSON-LD, `names` are other meta tags."""

    canonical: str
    title: str
    description: str
    properties: list[tuple[str, str]]
    data: list[Mapping[str, Any]]
    names: list[tuple[str, str]]


class SiteInfo(NamedTuple):
    """The site, its absolute address, and the path of its search page."""

    site: "Site"
    site_url: str
    search: str


def locale(language: str) -> str:
    """Return a language tag as Open Graph writes it, like en_US; empty if no region is known."""
    parts = language.split("-")
    region = next((part for part in parts[1:] if len(part) == 2), REGIONS.get(parts[0]))
    return f"{parts[0]}_{region}" if region else ""


def for_page(info: SiteInfo, path: str, title: str, description: str, image: ShareImage) -> Metadata:
    """Return the metadata of a page that is no post: home, a list, an error."""
    site, url = info.site, info.site_url + path
    description = shorten(description or site.tagline or site.title, DESCRIPTION_LENGTH)
    kind = "WebSite" if path == "/" else "CollectionPage"
    page = {**_json_ld(kind), "name": title, "url": url, "description": description, "inLanguage": site.language}
    if path == "/":
        page["potentialAction"] = _search_action(info.site_url + info.search)
    data: list[Mapping[str, Any]] = [page]
    if path != "/":
        data.append(_breadcrumbs((site.title, info.site_url + "/"), (title, url)))
    properties = _open_graph("website", info, title, description, url, site.language, image)
    return Metadata(url, title, description, properties, data, _meta_names(site))


def for_post(
    info: SiteInfo, post: "Article", path: str, *, author: str, author_url: str, archive: str, image: ShareImage
) -> Metadata:
    """Return the metadata of a post or page; `archive` is the path of the list of all posts."""
    site, url = info.site, info.site_url + path
    canonical = post.canonical_url or url
    description = shorten(post.standfirst or post.title, DESCRIPTION_LENGTH)
    language = post.language or site.language
    published, changed = _iso_seconds(post.published_at), _iso_seconds(post.revised_at or post.published_at)
    properties = _open_graph("article", info, post.title, description, canonical, language, image)
    properties += [("article:published_time", published), ("article:modified_time", changed)]
    properties += [("article:author", author_url)] + [("article:tag", tag.name) for tag in post.tags]
    data: dict[str, Any] = {
        **_json_ld("BlogPosting" if post.kind == "post" else "WebPage"),
        "headline": post.title,
        "description": description,
        "datePublished": published,
        "dateModified": changed,
        "author": {"@type": "Person", "name": author, "url": author_url},
        "publisher": {"@type": "Organization", "name": site.title, "url": info.site_url + "/"},
        "image": image.address,
        "mainEntityOfPage": canonical,
        "url": canonical,
        "inLanguage": language,
        "wordCount": post.words,
    }
    if post.tags:
        data["keywords"] = [tag.name for tag in post.tags]
    steps = [(site.title, info.site_url + "/"), (post.title, url)]
    if post.kind == "post":
        steps.insert(1, ("Archive", info.site_url + archive))
    names = _meta_names(site, robots="noindex" if post.unlisted else "")
    return Metadata(canonical, post.title, description, properties, [data, _breadcrumbs(*steps)], names)


def _open_graph(
    kind: str, info: SiteInfo, title: str, description: str, url: str, language: str, image: ShareImage
) -> list[tuple[str, str]]:
    """Return Open Graph properties (https://ogp.me); those of the page only if they have a value."""
    page = [
        ("og:type", kind),
        ("og:title", title),
        ("og:description", description),
        ("og:url", url),
        ("og:site_name", info.site.title),
        ("og:locale", locale(language)),
    ]
    return [(name, content) for name, content in page if content] + [
        ("og:image", image.address),
        ("og:image:type", image.type),
        ("og:image:width", str(image.width)),
        ("og:image:height", str(image.height)),
        ("og:image:alt", image.alt),
    ]


def _meta_names(site: "Site", robots: str = "") -> list[tuple[str, str]]:
    names = [("robots", robots), ("twitter:card", "summary_large_image"), ("fediverse:creator", site.fediverse)]
    return [(name, content) for name, content in names if content]


def _json_ld(kind: str) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": kind}


def _search_action(address: str) -> dict[str, Any]:
    """Describe how a program searches the site (https://schema.org/SearchAction)."""
    target = {"@type": "EntryPoint", "urlTemplate": f"{address}?q={{search_term_string}}"}
    return {"@type": "SearchAction", "target": target, "query-input": "required name=search_term_string"}


def _breadcrumbs(*steps: tuple[str, str]) -> dict[str, Any]:
    """Describe the path from the home page to a page (https://schema.org/BreadcrumbList)."""
    items = [{"@type": "ListItem", "position": position, "name": name, "item": url}
             for position, (name, url) in enumerate(steps, 1)]  # fmt: skip
    return {**_json_ld("BreadcrumbList"), "itemListElement": items}


def _iso_seconds(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
