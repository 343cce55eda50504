"""What networks, search engines and readers' programs are told about a page. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from blog.core.text.words import shorten

if TYPE_CHECKING:
    from blog.core.posts.article import Article
    from blog.models import Site

DESCRIPTION_LENGTH = 300
# Readers of previews want a region; a language alone gets its most common one.
REGIONS = {
    "ar": "AR", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "en": "US", "es": "ES", "fa": "IR", "fi": "FI",
    "fr": "FR", "he": "IL", "hi": "IN", "hu": "HU", "id": "ID", "it": "IT", "ja": "JP", "ko": "KR", "nl": "NL",
    "no": "NO", "pl": "PL", "pt": "PT", "ro": "RO", "ru": "RU", "sv": "SE", "th": "TH", "tr": "TR", "uk": "UA",
    "vi": "VN", "zh": "CN",
}  # fmt: skip


@dataclass(frozen=True)
class ShareImage:
    """The picture that a page is shared with: its whole address, media type, size in pixels, and what it shows."""

    address: str
    type: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Metadata:
    """What stands in a page's head: `properties` are Open Graph's, each of `data` is JSON-LD, `names` are others."""

    canonical: str
    title: str
    description: str
    properties: list[tuple[str, str]]
    data: list[Mapping[str, Any]]
    names: list[tuple[str, str]]


@dataclass(frozen=True)
class SiteInfo:
    """What any page is made of, beside its own text."""

    site: "Site"
    site_url: str
    search: str = ""  # the path of the search page


def locale(language: str) -> str:
    """A language tag as Open Graph writes it, like en_US; empty where no region is known."""
    parts = language.split("-")
    region = next((part for part in parts[1:] if len(part) == 2), REGIONS.get(parts[0]))
    return f"{parts[0]}_{region}" if region else ""


def for_page(facts: SiteInfo, path: str, title: str, description: str, preview: ShareImage) -> Metadata:
    """A page that is no post: home, a list, an error."""
    site, url = facts.site, facts.site_url + path
    about = shorten(description or site.tagline or site.title, DESCRIPTION_LENGTH)
    properties = [
        ("og:type", "website"),
        *_common_properties(facts, title, about, url, site.language),
        *_image_properties(preview),
    ]
    kind = "WebSite" if path == "/" else "CollectionPage"
    told = {**_json_ld(kind), "name": title, "url": url, "description": about, "inLanguage": site.language}
    if path == "/" and facts.search:
        told["potentialAction"] = _search_action(facts.site_url + facts.search)
    data: list[Mapping[str, Any]] = [told]
    if path != "/":
        data.append(_breadcrumbs((site.title, facts.site_url + "/"), (title, url)))
    return Metadata(url, title, about, properties, data, _meta_names(site))


def for_post(
    facts: SiteInfo, post: "Article", path: str, *, author: str, author_url: str, archive: str, preview: ShareImage
) -> Metadata:
    """An article or a page of its own; `archive` is the path of the list that holds all articles."""
    site, url = facts.site, facts.site_url + path
    canonical = post.canonical_url or url
    about = shorten(post.standfirst or post.title, DESCRIPTION_LENGTH)
    language = post.language or site.language
    published, changed = _iso_seconds(post.published_at), _iso_seconds(post.revised_at or post.published_at)
    properties = [
        ("og:type", "article"),
        *_common_properties(facts, post.title, about, canonical, language),
        *_image_properties(preview),
    ]
    properties += [("article:published_time", published), ("article:modified_time", changed)]
    properties += [("article:author", author_url)] + [("article:tag", tag.name) for tag in post.tags]
    data: dict[str, Any] = {
        **_json_ld("BlogPosting" if post.kind == "post" else "WebPage"),
        "headline": post.title,
        "description": about,
        "datePublished": published,
        "dateModified": changed,
        "author": {"@type": "Person", "name": author, "url": author_url},
        "publisher": {"@type": "Organization", "name": site.title, "url": facts.site_url + "/"},
        "image": preview.address,
        "mainEntityOfPage": canonical,
        "url": canonical,
        "inLanguage": language,
        "wordCount": post.words,
    }
    if post.tags:
        data["keywords"] = [tag.name for tag in post.tags]
    steps = [(site.title, facts.site_url + "/"), (post.title, url)]
    if post.kind == "post":
        steps.insert(1, ("Archive", facts.site_url + archive))
    names = _meta_names(site, robots="noindex" if post.unlisted else "")
    return Metadata(canonical, post.title, about, properties, [data, _breadcrumbs(*steps)], names)


def _common_properties(facts: SiteInfo, title: str, about: str, url: str, language: str) -> list[tuple[str, str]]:
    told = [
        ("og:title", title),
        ("og:description", about),
        ("og:url", url),
        ("og:site_name", facts.site.title),
        ("og:locale", locale(language)),
    ]
    return [(name, content) for name, content in told if content]


def _image_properties(preview: ShareImage) -> list[tuple[str, str]]:
    return [
        ("og:image", preview.address),
        ("og:image:type", preview.type),
        ("og:image:width", str(preview.width)),
        ("og:image:height", str(preview.height)),
        ("og:image:alt", preview.alt),
    ]


def _meta_names(site: "Site", robots: str = "") -> list[tuple[str, str]]:
    told = [("robots", robots), ("twitter:card", "summary_large_image"), ("fediverse:creator", site.fediverse)]
    return [(name, content) for name, content in told if content]


def _json_ld(kind: str) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": kind}


def _search_action(address: str) -> dict[str, Any]:
    """How a program searches the site (https://schema.org/SearchAction)."""
    target = {"@type": "EntryPoint", "urlTemplate": f"{address}?q={{search_term_string}}"}
    return {"@type": "SearchAction", "target": target, "query-input": "required name=search_term_string"}


def _breadcrumbs(*steps: tuple[str, str]) -> dict[str, Any]:
    """The way to a page, from the home page on."""
    told = [{"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(steps, 1)]  # fmt: skip
    return {**_json_ld("BreadcrumbList"), "itemListElement": told}


def _iso_seconds(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
