"""Check the links of public posts and pages to addresses of this site."""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import func, select

from blog.core.db.batches import batches
from blog.core.doctor.findings import Findings, join_names, note, ok
from blog.core.posts.query import visible
from blog.core.text.amounts import count_of
from blog.core.urls import internal_links, permalinks
from blog.extensions import db
from blog.models import Post

# A quick check reads the links of this many of the newest texts.
QUICK_TEXTS = 1000
BATCH = 2000
# The check stops after this many broken links.
MAX_BROKEN = 1000


def examine(site_url: str, *, thorough: bool) -> Findings:
    """Check the links of public texts, the newest first. Needs an app's session."""
    total = int(db.session.scalar(select(func.count()).select_from(visible().subquery())) or 0)
    checked = total if thorough else min(total, QUICK_TEXTS)
    broken = list(islice(broken_links(site_url, checked), MAX_BROKEN))
    if broken:
        many = f"{MAX_BROKEN:,} links or more of this site lead"
        one = "link of this site leads", "links of this site lead"
        count = many if len(broken) == MAX_BROKEN else count_of(len(broken), *one)
        yield note(
            f"{count} nowhere: {join_names([f'{source} links to {link}' for source, link in broken])}.",
            "Mend the texts, or let the old address lead somewhere at /admin/redirects/.",
        )
    elif checked < total:
        yield ok(
            f"Links within the site lead somewhere in the {checked:,} newest texts; `broadsheet doctor` reads all."
        )
    elif total:
        yield ok("All links within the site lead somewhere.")


def broken_links(site_url: str, limit: int) -> Iterator[tuple[str, str]]:
    """Yield the broken links in the newest texts, at most `limit` texts, each after the address of its text."""
    for batch in batches(_internal_links(site_url, limit), BATCH):
        existing = internal_links.existing_paths({path for _, _, path in batch})
        yield from ((source, link) for source, link, path in batch if path not in existing)


def _internal_links(site_url: str, limit: int) -> Iterator[tuple[str, str, str]]:
    """Yield links within the site: the address of the text, the link as written, and the path it leads to."""
    columns = Post.kind, Post.slug, Post.cover, Post.links, Post.pictures
    query = visible().with_only_columns(*columns).order_by(Post.published_at.desc(), Post.id.desc()).limit(limit)
    for kind, slug, cover, links, pictures in db.session.execute(query).yield_per(BATCH):
        source = permalinks.path(kind, slug)
        for link in dict.fromkeys([*links, cover or "", *(picture["src"] for picture in pictures)]):
            if link and not _is_external(link, site_url):
                path = internal_links.internal_path(link, site_url, source)
                if path != source:
                    yield source, link, path


def _is_external(link: str, site_url: str) -> bool:
    """Return whether a link plainly leads to another site. Most do, and parsing each of them would be slow."""
    return link.startswith(("https:", "http:", "mailto:", "#")) and not link.startswith(site_url)
