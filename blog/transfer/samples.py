"""Load and remove the sample posts of a new blog; their fixed guids identify them."""

from pathlib import Path

from sqlalchemy import select

from blog import clock, paths
from blog.core.db.transaction import write_transaction
from blog.core.posts import query
from blog.core.search import index
from blog.core.site.settings import site
from blog.core.urls import permalinks
from blog.models import Post, Site

GUIDS = frozenset(f"6f0e6c1a-5b43-4c7e-9d0a-1f1b5f2a7c{number:02}" for number in range(1, 6))


def load(media: Path) -> int:
    """Load the samples into a blog that never had a post; return how many were added."""
    if site().samples_at is not None or query.has_posts():
        return 0
    # Imported here, because a blog with posts needs no reader.
    from blog.transfer.importer import Import
    from blog.transfer.readers import markdown

    # Another process may write a first post at this moment: a sample with the same address is left out.
    report = Import(media, origin="sample", skip_bad=True).run(markdown.MarkdownLibrary(paths.samples()))
    with write_transaction() as session:
        session.scalars(select(Site)).one().samples_at = clock.now()
    return len(report.added)


def remove() -> tuple[list[str], list[str]]:
    """Remove the unedited samples; their addresses answer 410. Return the slugs of removed and of edited samples."""
    removed, edited = [], []
    with write_transaction() as session:
        row = session.scalars(select(Site)).one()
        row.samples_at = row.samples_at or clock.now()
        for post in session.scalars(select(Post).where(Post.guid.in_(GUIDS)).order_by(Post.id)):
            if post.version != post.origin_version and not post.deleted_at:
                edited.append(post.slug)
                continue
            if post.was_public:
                permalinks.mark_gone(session, permalinks.path_of(post))
            index.remove_posts(session, [post.id])
            session.delete(post)
            removed.append(post.slug)
    return removed, edited
