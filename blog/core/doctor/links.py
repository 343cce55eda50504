"""Links from public posts and pages to addresses of this site: which of them lead nowhere?"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select

from blog.core.db.batches import batches
from blog.core.doctor.findings import Findings, count_of, join_names, note, ok
from blog.core.posts.query import visible
from blog.core.urls import internal_links, permalinks
from blog.extensions import db
from blog.models import Post

# Where somebody waits for the answer, so many of the newest are looked through.
NEWEST = 1000
BATCH = 2000
# More than anybody mends at once: then no others are looked for.
MOST = 1000


@dataclass(frozen=True)
class BrokenLink:
    """A link that nobody answers, and the address of the text that it stands in."""

    source: str
    link: str

    def __str__(self) -> str:
        return f"{self.source} links to {self.link}"


def examine(site_url: str, *, thorough: bool) -> Findings:
    """Look through the texts that anyone may read, the newest first. Asks within the session of an app."""
    texts = int(db.session.scalar(select(func.count()).select_from(visible().subquery())) or 0)
    looked_at = texts if thorough else min(texts, NEWEST)
    found = list(islice(broken_links(site_url, looked_at), MOST))
    if found:
        many = f"{MOST:,} links or more" if len(found) == MOST else count_of(len(found), "link")
        yield note(
            f"{many} of this site lead nowhere: {join_names(list(map(str, found)))}.",
            "Mend the texts, or let the old address lead somewhere at /admin/redirects/.",
        )
    elif looked_at < texts:
        yield ok(
            f"Links within the site lead somewhere in the {looked_at:,} newest texts; `broadsheet doctor` reads all."
        )
    elif texts:
        yield ok("All links within the site lead somewhere.")


def broken_links(site_url: str, most: int) -> Iterator[BrokenLink]:
    """The links that nobody answers, in so many of the newest texts."""
    for some in batches(_links(site_url, most), BATCH):
        leading = internal_links.existing_paths({path for _, _, path in some})
        yield from (BrokenLink(source, link) for source, link, path in some if path not in leading)


def _links(site_url: str, most: int) -> Iterator[tuple[str, str, str]]:
    """Each link within the site: the address that it stands at, itself, and the path that it leads to."""
    columns = Post.kind, Post.slug, Post.cover, Post.links, Post.pictures
    query = visible().with_only_columns(*columns).order_by(Post.published_at.desc(), Post.id.desc()).limit(most)
    for kind, slug, cover, links, pictures in db.session.execute(query).yield_per(BATCH):
        own = permalinks.path(kind, slug)
        shown = [cover or "", *(picture["src"] for picture in pictures)]
        for link in dict.fromkeys([*links, *shown]):
            if (
                link
                and not _elsewhere(link, site_url)
                and (path := internal_links.internal_path(link, site_url, own)) != own
            ):
                yield own, link, path


def _elsewhere(link: str, site_url: str) -> bool:
    """Whether a link plainly leads to another site: most do, and to take each apart takes long."""
    return link.startswith(("https:", "http:", "mailto:", "#")) and not link.startswith(site_url)
