"""The triggers of this schema: they keep the tallies and uses, fill the outbox, and advance `site.public_version`.

The public version moves whenever something that a reader can see changes. Any process, any tool: whoever writes a
public row moves it, and every cached page ends with it. What no reader sees (drafts, passwords) moves nothing.
"""

from collections.abc import Iterator

from blog.models import media, outbox, tally

# How the names of our triggers begin, in this schema or an older one.
PREFIXES = ("public_", "tally_", "outbox_", "use_")
BUMP = "UPDATE site SET public_version = public_version + 1"
SITE_SILENT = {"id", "public_version", "changed_version", "changed_at", "made_by", "samples_at"}
POST_SILENT = {
    "id", "version", "planned_at", "saved_at", "saved_by", "saved_auto", "origin", "origin_source", "origin_digest",
    "origin_version",
}  # fmt: skip
POST_OF_TAGGING = "EXISTS (SELECT 1 FROM post WHERE post.id = {row}.post_id AND post.published_at IS NOT NULL)"


def statements(site_columns: list[str], post_columns: list[str]) -> dict[str, str]:
    """Trigger name -> the SQL that makes it."""
    loud = ", ".join(name for name in site_columns if name not in SITE_SILENT)
    read = ", ".join(name for name in post_columns if name not in POST_SILENT)
    made = dict(_rows("post", "{row}.published_at IS NOT NULL", ("INSERT", f"UPDATE OF {read}", "DELETE")))
    # `listed_at` follows the post, which has moved the version already.
    made |= dict(_rows("post_tag", POST_OF_TAGGING, ("INSERT", "UPDATE OF post_id, tag_id, position", "DELETE")))
    made |= dict(_rows("redirect", None, ("INSERT", "UPDATE", "DELETE")))
    # A new tag or person shows nowhere until a public post carries it.
    made |= dict(_rows("tag", None, ("UPDATE", "DELETE")))
    # What a library says of a picture (its words, its name) is told to authors only.
    made |= dict(_rows("media", None, ("UPDATE OF name, type, width, height, widths", "DELETE")))
    made |= dict(_rows("person", None, ("UPDATE OF name, slug", "DELETE")))
    made |= dict(_rows("site", None, (f"UPDATE OF {loud}",)))
    return made | tally.statements() | outbox.statements() | media.TRIGGERS


def _rows(table: str, condition: str | None, events: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for event in events:
        verb = event.split()[0]
        rows = {"INSERT": ["NEW"], "DELETE": ["OLD"]}.get(verb, ["OLD", "NEW"])
        when = f" WHEN {' OR '.join(condition.format(row=row) for row in rows)}" if condition else ""
        name = f"public_{table}_{verb.lower()}"
        yield name, f"CREATE TRIGGER {name} AFTER {event} ON {table}{when} BEGIN {BUMP}; END"
