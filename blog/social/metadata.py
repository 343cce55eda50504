"""What networks, search engines and readers' programs are told about a page. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from blog.core.wording import shorten

if TYPE_CHECKING:
    from blog.core.reading import Article
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
class Metadata:
    """What stands in a page's head: `properties` are Open Graph's, `data` is JSON-LD."""

    canonical: str
    title: str
    description: str
    properties: list[tuple[str, str]]
    data: Mapping[str, Any]
    card: str = "summary"
    robots: str = ""


@dataclass(frozen=True)
class Facts:
    """What any page is made of, beside its own text."""

    site: "Site"
    site_url: str


def locale(language: str) -> str:
    """A language tag as Open Graph writes it, like en_US; empty where no region is known."""
    parts = language.split("-")
    region = next((part for part in parts[1:] if len(part) == 2), REGIONS.get(parts[0]))
    return f"{parts[0]}_{region}" if region else ""


def of_page(facts: Facts, path: str, title: str, description: str = "") -> Metadata:
    """A page that is no post: home, a list, an error."""
    site, url = facts.site, facts.site_url + path
    about = shorten(description or site.tagline or site.title, DESCRIPTION_LENGTH)
    properties = [("og:type", "website"), *_common(facts, title, about, url, site.language)]
    kind = "WebSite" if path == "/" else "CollectionPage"
    data = {"@context": "https://schema.org", "@type": kind, "name": title, "url": url, "inLanguage": site.language}
    return Metadata(url, title, about, properties, data | ({"description": about} if about else {}))


def of_post(facts: Facts, post: "Article", path: str, *, author: str, author_url: str) -> Metadata:
    """An article or a page of its own."""
    url = facts.site_url + path
    canonical = post.canonical_url or url
    about = shorten(post.standfirst or post.title, DESCRIPTION_LENGTH)
    language = post.language or facts.site.language
    published = post.published_at
    changed = post.revised_at or published
    properties = [("og:type", "article"), *_common(facts, post.title, about, canonical, language)]
    properties += [("article:published_time", _stamp(published)), ("article:modified_time", _stamp(changed))]
    properties += [("article:author", author_url)] + [("article:tag", tag.name) for tag in post.tags]
    picture = _picture(facts, post)
    properties += picture
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "BlogPosting" if post.kind == "post" else "WebPage",
        "headline": post.title,
        "description": about,
        "datePublished": _stamp(published),
        "dateModified": _stamp(changed),
        "author": {"@type": "Person", "name": author, "url": author_url},
        "publisher": {"@type": "Organization", "name": facts.site.title, "url": facts.site_url + "/"},
        "mainEntityOfPage": canonical,
        "url": canonical,
        "inLanguage": language,
        "wordCount": post.words,
    }
    if post.tags:
        data["keywords"] = [tag.name for tag in post.tags]
    if picture:
        data["image"] = picture[0][1]
    card = "summary_large_image" if picture else "summary"
    return Metadata(canonical, post.title, about, properties, data, card, "noindex" if post.unlisted else "")


def _common(facts: Facts, title: str, about: str, url: str, language: str) -> list[tuple[str, str]]:
    told = [
        ("og:title", title),
        ("og:description", about),
        ("og:url", url),
        ("og:site_name", facts.site.title),
        ("og:locale", locale(language)),
    ]
    return [(name, content) for name, content in told if content]


def _picture(facts: Facts, post: "Article") -> list[tuple[str, str]]:
    """The first picture of a text that networks can show: of known size (or the first share shows none), no WebP."""
    known = (each for each in post.pictures if each["width"] and each["height"])
    picture = next((each for each in known if not each["src"].endswith(".webp")), None)
    if picture is None:
        return []
    return [
        ("og:image", facts.site_url + picture["src"]),
        ("og:image:width", str(picture["width"])),
        ("og:image:height", str(picture["height"])),
        ("og:image:alt", picture["alt"] or post.title),
    ]


def _stamp(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
