"""All triggers of this schema: they update the tallies and media uses, fill the outbox, and advance
`site.public_version`.

The public version moves whenever something that a reader can see changes, in any process and by any tool; every
cached page then ends. Private data (drafts, passwords) does not move it.
"""

from collections.abc import Iterator

from blog.models import media, outbox, tally

# The names of our triggers begin with one of these, in older schemas too.
PREFIXES = ("public_", "tally_", "outbox_", "use_")
BUMP_VERSION = "UPDATE site SET public_version = public_version + 1"
PRIVATE_SITE_COLUMNS = {"id", "public_version", "changed_version", "changed_at", "made_by", "samples_at"}
PRIVATE_POST_COLUMNS = {
    "id", "version", "planned_at", "saved_at", "saved_by", "saved_auto", "origin", "origin_source", "origin_digest",
    "origin_version",
}  # fmt: skip
TAGGED_POST_PUBLIC = "EXISTS (SELECT 1 FROM post WHERE post.id = {row}.post_id AND post.published_at IS NOT NULL)"


def create_triggers(site_columns: list[str], post_columns: list[str]) -> dict[str, str]:
    """Return the SQL of each trigger by its name."""
    site = ", ".join(name for name in site_columns if name not in PRIVATE_SITE_COLUMNS)
    post = ", ".join(name for name in post_columns if name not in PRIVATE_POST_COLUMNS)
    watched: dict[str, tuple[str | None, tuple[str, ...]]] = {
        "post": ("{row}.published_at IS NOT NULL", ("INSERT", f"UPDATE OF {post}", "DELETE")),
        # Not `listed_at`: it follows the post, which has moved the version already.
        "post_tag": (TAGGED_POST_PUBLIC, ("INSERT", "UPDATE OF post_id, tag_id, position", "DELETE")),
        "redirect": (None, ("INSERT", "UPDATE", "DELETE")),
        # A new tag or person is not public until a public post has it.
        "tag": (None, ("UPDATE", "DELETE")),
        # Only authors see a picture's alt text and file name in the library.
        "media": (None, ("UPDATE OF name, type, width, height, widths", "DELETE")),
        "person": (None, ("UPDATE OF name, slug", "DELETE")),
        "site": (None, (f"UPDATE OF {site}",)),
    }
    bumps = {
        name: sql for table, (when, events) in watched.items() for name, sql in _bump_triggers(table, when, events)
    }
    return bumps | tally.create_triggers() | outbox.create_triggers() | media.TRIGGERS


def _bump_triggers(table: str, condition: str | None, events: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for event in events:
        verb = event.split()[0]
        rows = {"INSERT": ["NEW"], "DELETE": ["OLD"]}.get(verb, ["OLD", "NEW"])
        when = f" WHEN {' OR '.join(condition.format(row=row) for row in rows)}" if condition else ""
        name = f"public_{table}_{verb.lower()}"
        yield name, f"CREATE TRIGGER {name} AFTER {event} ON {table}{when} BEGIN {BUMP_VERSION}; END"
