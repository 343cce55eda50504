"""The document with which a browser searches the blog from its address bar (OpenSearch 1.1). Pure."""

from dataclasses import dataclass
from xml.etree import ElementTree

CONTENT_TYPE = "application/opensearchdescription+xml"
NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
MOZILLA_NAMESPACE = "http://www.mozilla.org/2006/browser/search/"
# The longest that the specification allows, in characters.
SHORT_NAME_LENGTH, LONG_NAME_LENGTH, DESCRIPTION_LENGTH = 16, 48, 1024


@dataclass(frozen=True)
class OpenSearchSite:
    """The site as browsers need it: its names, and absolute URLs of its pages and icons."""

    title: str
    language: str
    search: str
    icon: str
    favicon: str
    description: str


def description(site: OpenSearchSite) -> bytes:
    ElementTree.register_namespace("", NAMESPACE)
    ElementTree.register_namespace("moz", MOZILLA_NAMESPACE)
    root = ElementTree.Element(f"{{{NAMESPACE}}}OpenSearchDescription")

    def add(name: str, text: str = "", namespace: str = NAMESPACE, **attributes: str) -> None:
        ElementTree.SubElement(root, f"{{{namespace}}}{name}", attributes).text = text or None

    add("ShortName", _short(site.title, SHORT_NAME_LENGTH))
    add("LongName", _short(site.title, LONG_NAME_LENGTH))
    add("Description", f"Search {site.title}"[:DESCRIPTION_LENGTH])
    add("Url", type="text/html", method="get", template=f"{site.search}?q={{searchTerms}}")
    add("Url", type=CONTENT_TYPE, rel="self", template=site.description)
    add("Image", site.icon, type="image/svg+xml", width="64", height="64")
    add("Image", site.favicon, type="image/x-icon", width="16", height="16")
    add("Language", site.language)
    add("InputEncoding", "UTF-8")
    add("OutputEncoding", "UTF-8")
    add("SearchForm", site.search, MOZILLA_NAMESPACE)
    return bytes(ElementTree.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _short(title: str, limit: int) -> str:
    """Return the title, cut to `limit` characters: after a word, if that leaves any."""
    if len(title) <= limit:
        return title
    return title[: limit + 1].rpartition(" ")[0] or title[:limit]
