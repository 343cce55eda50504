"""The ways in which people run the blog; a cached article is measured in each of the first three."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench import library
from bench.pages import Goal

SITE = urlsplit(library.SITE_URL)
# The headers that nginx sends with the configuration of docs/running.md, and Caddy by itself.
FORWARDED = {
    "Host": SITE.netloc, "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": SITE.netloc,
    "X-Forwarded-Proto": SITE.scheme,
}  # fmt: skip


@dataclass(frozen=True)
class Deployment:
    """Settings of the server, the headers that come with each request, and the goal of a cached article (ms CPU)."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    article_cpu_ms: float = 0.0

    def article_goals(self) -> tuple[Goal, ...]:
        return Goal("cpu_ms", self.article_cpu_ms, 0.04), Goal("of_nginx", 0.6, at_least=True)


DIRECT = Deployment("direct", article_cpu_ms=0.055)
BEHIND_PROXY = Deployment("behind a proxy", {"BLOG_TRUSTED_PROXIES": "1"}, FORWARDED, article_cpu_ms=0.06)
ACCESS_LOG = Deployment("with access log", {"BLOG_ACCESS_LOG": "on"}, article_cpu_ms=0.065)
CACHE_OFF = Deployment("cache off", {"BLOG_PAGE_CACHE_MB": "0"})
