"""The outbox: jobs that wait after a change (calls to other servers, cards to draw); and leases, so that only one
process does them.

Triggers add them in the transaction of the change, for every writer: a ping for each hub when a post in the feeds is
new, changed or gone, and a card when its content changed. Items of a scheduled post wait for the post's time.
"""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models import tally
from blog.models.types import Instant

WEBSUB, CARD = "websub", "card"


class OutboxItem(Base):
    """One job. `about` is its subject: for pings the scope of a feed, as in tallies (`tag:12`), for cards `post:12` or
    `site`. `target` is the address of a hub, or '' for jobs on this machine.

    `changes` counts the requests: a process marks the item as done only if the number did not change meanwhile.
    `answer` is the message of the last failure: a finished item with an answer was given up, '' means success.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "outbox_waiting", "kind", "target", "about", "not_before", unique=True, sqlite_where=text("done_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    target: Mapped[str]
    about: Mapped[str]
    not_before: Mapped[datetime] = mapped_column(Instant)
    changes: Mapped[int] = mapped_column(default=1, server_default="1")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    retry_at: Mapped[datetime | None] = mapped_column(Instant)
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(default="", server_default="")
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class Lease(Base):
    """Work for one process at a time: `holder` has it until `until`."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime] = mapped_column(Instant)


# -- triggers -----------------------------------------------------------------------------------------------

# The columns of a post that feeds show; `version` and the like change nothing there.
FEED_COLUMNS = (
    "title slug summary language feed_html cover author_id kind unlisted published_at updated_at deleted_at".split()
)
HAS_HUBS = "EXISTS (SELECT 1 FROM site WHERE hubs <> '[]')"
AT_ONCE = "1970-01-01 00:00:00.000000"
# SQLite's clock counts milliseconds: a time within the present one is not later than now.
NOW = "strftime('%Y-%m-%d %H:%M:%f999', 'now')"
ADD_PINGS = (
    "INSERT INTO outbox (kind, target, about, not_before)"
    " SELECT '{kind}', hub.value, scope.about, CASE WHEN {moment} > {now} THEN {moment} ELSE '{at_once}' END"
    " FROM site, json_each(site.hubs) AS hub, ({scopes}) AS scope WHERE TRUE"
    " ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL"
    " DO UPDATE SET changes = changes + 1, attempts = 0, retry_at = NULL, answer = ''"
)
POST_SCOPES = (
    "SELECT 'all' AS about UNION ALL SELECT 'author:' || {row}.author_id WHERE {row}.author_id IS NOT NULL"
    " UNION ALL SELECT 'tag:' || tag_id FROM post_tag WHERE post_id = {row}.id"
)
# All feeds of a post show its tags.
TAGGING_SCOPES = (
    "SELECT 'tag:' || {row}.tag_id AS about UNION ALL SELECT 'all' UNION ALL"
    " SELECT 'author:' || author_id FROM post WHERE id = {row}.post_id AND author_id IS NOT NULL"
)
# If a post is no longer scheduled, its ping stays only if another post is scheduled for the same time.
CANCEL_PINGS = (
    "DELETE FROM outbox WHERE done_at IS NULL AND kind = '{kind}' AND not_before = OLD.published_at"
    " AND NOT EXISTS (SELECT 1 FROM post WHERE published_at = OLD.published_at AND {listed})"
)
# A removed hub gets no more pings; a new one gets those of scheduled posts.
HUBS_CHANGED = (
    "DELETE FROM outbox WHERE done_at IS NULL AND kind = '{kind}' AND target NOT IN"
    " (SELECT value FROM json_each(NEW.hubs));"
    " INSERT OR IGNORE INTO outbox (kind, target, about, not_before)"
    " SELECT '{kind}', hub.value, scope.about, scope.moment FROM json_each(NEW.hubs) AS hub,"
    " (SELECT 'all' AS about, published_at AS moment FROM post WHERE {listed} AND published_at > {now} UNION"
    " SELECT 'author:' || author_id, published_at FROM post"
    " WHERE {listed} AND published_at > {now} AND author_id IS NOT NULL UNION"
    " SELECT 'tag:' || tag_id, listed_at FROM post_tag WHERE listed_at > {now}) AS scope"
)
# The columns of a post and of the site that cards show.
CARD_COLUMNS = "title slug language cover author_id kind published_at deleted_at".split()
SITE_CARD_COLUMNS = "title tagline language accent author timezone".split()
ADD_CARD = (
    "INSERT INTO outbox (kind, target, about, not_before)"
    " SELECT '{kind}', '', {about}, CASE WHEN {moment} > {now} THEN {moment} ELSE '{at_once}' END WHERE TRUE"
    " ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1"
)


def create_triggers() -> dict[str, str]:
    """Return the SQL of each trigger by its name."""
    post_update, date_update = f"UPDATE OF {', '.join(FEED_COLUMNS)} ON post", "UPDATE OF listed_at ON post_tag"
    # Readers have not seen a row that was only scheduled.
    was_public = f"OLD.{{date}} <= {NOW}"
    post, tagging = was_public.format(date="published_at"), was_public.format(date="listed_at")
    of_hubs = HUBS_CHANGED.format(kind=WEBSUB, now=NOW, listed=tally.LISTED.format(row="post"))
    bodies = {
        "outbox_post_insert": _ping_trigger("INSERT ON post", "NEW"),
        "outbox_post_delete": _ping_trigger("DELETE ON post", "OLD", post),
        "outbox_post_delete_later": _cancel_trigger("DELETE ON post"),
        "outbox_post_update_old": _ping_trigger(post_update, "OLD", f"{post} AND {_changed(FEED_COLUMNS)}"),
        "outbox_post_update_new": _ping_trigger(post_update, "NEW", _changed(FEED_COLUMNS)),
        "outbox_post_update_later": _cancel_trigger("UPDATE OF published_at, kind, unlisted, deleted_at ON post"),
        # A new row of post_tag gets its date by an update (see tally).
        "outbox_post_tag_delete": _ping_trigger("DELETE ON post_tag", "OLD", tagging),
        "outbox_post_tag_update_old": _ping_trigger(date_update, "OLD", f"{tagging} AND {_changed(['listed_at'])}"),
        "outbox_post_tag_update_new": _ping_trigger(date_update, "NEW", _changed(["listed_at"])),
        "outbox_site_hubs": f"UPDATE OF hubs ON site WHEN OLD.hubs <> NEW.hubs BEGIN {of_hubs}; END",
    }
    return {name: f"CREATE TRIGGER {name} AFTER {body}" for name, body in (bodies | _card_triggers()).items()}


def _card_triggers() -> dict[str, str]:
    """Return the bodies of the triggers that add cards, by trigger name."""
    values = {"kind": CARD, "now": NOW, "at_once": AT_ONCE}
    for_post = ADD_CARD.format(about="'post:' || NEW.id", moment="NEW.published_at", **values)
    for_site = ADD_CARD.format(about="'site'", moment="''", **values)
    public = "NEW.published_at IS NOT NULL AND NEW.deleted_at IS NULL"
    post_update = f"UPDATE OF {', '.join(CARD_COLUMNS)} ON post WHEN {public} AND {_changed(CARD_COLUMNS)}"
    site_update = f"UPDATE OF {', '.join(SITE_CARD_COLUMNS)} ON site WHEN {_changed(SITE_CARD_COLUMNS)}"
    return {
        "outbox_card_insert": f"INSERT ON post WHEN {public} BEGIN {for_post}; END",
        "outbox_card_update": f"{post_update} BEGIN {for_post}; END",
        "outbox_card_site": f"{site_update} BEGIN {for_site}; END",
    }


def _changed(columns: list[str]) -> str:
    """Return SQL that compares old and new values: an UPDATE may assign the same value again."""
    before, after = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"({before}) IS NOT ({after})"


def _ping_trigger(event: str, row: str, when: str = "TRUE") -> str:
    """Return a trigger body that adds pings for the feeds of a row, if any feed shows it."""
    tagging = event.endswith("post_tag")
    _, moment, listed = tally.COUNT_TAGGING if tagging else tally.COUNT_POST
    scopes = TAGGING_SCOPES if tagging else POST_SCOPES
    add = ADD_PINGS.format(kind=WEBSUB, moment=moment, now=NOW, at_once=AT_ONCE, scopes=scopes)
    return f"{event} WHEN {HAS_HUBS} AND {listed} AND {when} BEGIN {add}; END".format(row=row)


def _cancel_trigger(event: str) -> str:
    """Return a trigger body that removes the pings of a scheduled post; another trigger may add them again."""
    cancel = CANCEL_PINGS.format(kind=WEBSUB, listed=tally.LISTED.format(row="post"))
    scheduled = f"{tally.LISTED.format(row='OLD')} AND OLD.published_at > {NOW}"
    return f"{event} WHEN {HAS_HUBS} AND {scheduled} BEGIN {cancel}; END"
