"""The pages that are measured, with their goals. To measure another page, add a line."""

from dataclasses import dataclass

from bench import library

HTML = "text/html"
RSS = "application/rss+xml"
UNITS = {
    "cpu_ms": "ms CPU", "of_nginx": "of nginx", "growth": "times the small blog", "start_mb": "MB at start",
    "pss_mb": "MB after load", "cold_s": "s CPU", "stale": "stale answers", "p50_ms": "ms p50", "p99_ms": "ms p99",
}  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """The goal of a figure: at most (or at least) `limit`; beyond `close` little is left to gain."""

    figure: str
    limit: float
    close: float | None = None
    at_least: bool = False

    def text(self) -> str:
        close = "" if self.close is None else f" ({self.close:g})"
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}{close} {UNITS[self.figure]}"

    def result(self, value: float) -> str:
        sign = -1 if self.at_least else 1
        if value * sign > self.limit * sign:
            return "missed"
        near = self.close is not None and value * sign <= self.close * sign
        return "met, close to the limit" if near else "met"


@dataclass(frozen=True)
class Page:
    """A page to measure: its content type, text that it must contain, and its goals.

    With `not_modified`, the request has If-None-Match and the response is a 304.
    """

    name: str
    path: str
    kind: str
    says: str
    goals: tuple[Goal, ...] = ()
    not_modified: bool = False
    beside_nginx: bool = True

    @property
    def file(self) -> str:
        """Return the file name under which nginx serves the same bytes."""
        ending = {HTML: "html", RSS: "xml"}.get(self.kind, "css")
        return f"{self.path.strip('/').replace('/', '-').partition('.')[0] or 'home'}.{ending}"


ARTICLE = f"/posts/{library.MEASURED_SLUG}/"
TAG = f"/tags/{library.COMMON_TAG.lower()}/"
GROWTH = Goal("growth", 1.2, 1.05)

ARTICLE_PAGE = Page("article", ARTICLE, HTML, library.MEASURED_TITLE)  # from the cache, its goals are the deployment's

CACHED = (
    Page("home", "/", HTML, "Recent Posts"),
    ARTICLE_PAGE,
    Page("tag", TAG, HTML, library.COMMON_TAG),
    Page("feed", "/feed.xml", RSS, "<rss"),
    Page("feed, 304", "/feed.xml", RSS, "<rss", (Goal("cpu_ms", 0.05, 0.04),), not_modified=True),
)
# Measured in the smallest, the middle and the largest blog.
UNCACHED = (
    Page("article", ARTICLE, HTML, library.MEASURED_TITLE, (Goal("cpu_ms", 1.5, 0.6), GROWTH)),
    Page("home", "/", HTML, "Recent Posts", (GROWTH,)),
    Page("tag", TAG, HTML, library.COMMON_TAG, (GROWTH,), beside_nginx=False),
    Page("feed", "/feed.xml", RSS, "<rss", (GROWTH,), beside_nginx=False),
)
NO_STALE = Goal("stale", 0)
MEMORY = (Goal("start_mb", 120), Goal("pss_mb", 190))
SEARCH = (Goal("p50_ms", 5), Goal("p99_ms", 50))
PUBLISH = (Goal("cpu_ms", 15),)
COLD_START = Goal("cold_s", 0.8, 0.5)


def stylesheet(path: str) -> Page:
    return Page("static file", path, "text/css", "@layer")
