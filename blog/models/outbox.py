"""The outbox: what waits to be done after a change (calls to other servers, cards to be drawn); and leases, so that
one process does it.

Triggers put pings in for each hub of the site whenever a post that feeds show comes, changes or goes, and cards to be
drawn when they show something else: in the same transaction as the change, whoever writes it. What a scheduled post
asks for waits for the post's time.
"""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models import tally
from blog.models.types import Instant

WEBSUB, CARD = "websub", "card"


class Errand(Base):
    """One thing to be done. `about` says of what: for pings the scope of a feed, as tallies name it (`tag:12`), for
    cards `post:12` or `site`; `target` is the address of a hub, and empty for what is done here.

    `changes` counts how often it was asked for: who carries it out ends it only if nobody asked again meanwhile.
    `answer` is what was said when it failed last; one that ended with an answer was given up, '' is a success.
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
    """What only one process at a time may do, and until when `holder` has it."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime] = mapped_column(Instant)


# -- how SQLite fills it ------------------------------------------------------------------------------------

# What a feed tells of a post; `version` and the like move nothing in it.
TOLD = "title slug summary language feed_html cover author_id kind unlisted published_at updated_at deleted_at".split()
HUBS = "EXISTS (SELECT 1 FROM site WHERE hubs <> '[]')"
AT_ONCE = "1970-01-01 00:00:00.000000"
# SQLite's clock counts milliseconds: what comes within this one is not later than now.
NOW = "strftime('%Y-%m-%d %H:%M:%f999', 'now')"
PUT = (
    "INSERT INTO outbox (kind, target, about, not_before)"
    " SELECT '{kind}', hub.value, scope.about, CASE WHEN {moment} > {now} THEN {moment} ELSE '{at_once}' END"
    " FROM site, json_each(site.hubs) AS hub, ({scopes}) AS scope WHERE TRUE"
    " ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL"
    " DO UPDATE SET changes = changes + 1, attempts = 0, retry_at = NULL, answer = ''"
)
OF_POST = (
    "SELECT 'all' AS about UNION ALL SELECT 'author:' || {row}.author_id WHERE {row}.author_id IS NOT NULL"
    " UNION ALL SELECT 'tag:' || tag_id FROM post_tag WHERE post_id = {row}.id"
)
# All feeds that show a post tell its tags.
OF_TAGGING = (
    "SELECT 'tag:' || {row}.tag_id AS about UNION ALL SELECT 'all' UNION ALL"
    " SELECT 'author:' || author_id FROM post WHERE id = {row}.post_id AND author_id IS NOT NULL"
)
# A scheduled post that is scheduled no longer is told of at its old time only if another one comes then.
FORGET = (
    "DELETE FROM outbox WHERE done_at IS NULL AND kind = '{kind}' AND not_before = OLD.published_at"
    " AND NOT EXISTS (SELECT 1 FROM post WHERE published_at = OLD.published_at AND {listed})"
)
# A hub that is a hub no longer hears nothing more; a new one hears of what is scheduled.
OF_HUBS = (
    "DELETE FROM outbox WHERE done_at IS NULL AND kind = '{kind}' AND target NOT IN"
    " (SELECT value FROM json_each(NEW.hubs));"
    " INSERT OR IGNORE INTO outbox (kind, target, about, not_before)"
    " SELECT '{kind}', hub.value, scope.about, scope.moment FROM json_each(NEW.hubs) AS hub,"
    " (SELECT 'all' AS about, published_at AS moment FROM post WHERE {listed} AND published_at > {now} UNION"
    " SELECT 'author:' || author_id, published_at FROM post"
    " WHERE {listed} AND published_at > {now} AND author_id IS NOT NULL UNION"
    " SELECT 'tag:' || tag_id, listed_at FROM post_tag WHERE listed_at > {now}) AS scope"
)
# What a card shows of a post, and of the site.
SHOWN = "title slug language cover author_id kind published_at deleted_at".split()
SHOWN_OF_SITE = "title tagline language accent author timezone".split()
DRAW = (
    "INSERT INTO outbox (kind, target, about, not_before)"
    " SELECT '{kind}', '', {about}, CASE WHEN {moment} > {now} THEN {moment} ELSE '{at_once}' END WHERE TRUE"
    " ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1"
)


def statements() -> dict[str, str]:
    """Trigger name -> the SQL that makes it."""
    told, dated = f"UPDATE OF {', '.join(TOLD)} ON post", "UPDATE OF listed_at ON post_tag"
    # Of a row that was scheduled only, readers know nothing that could have changed.
    known = f"OLD.{{date}} <= {NOW}"
    post, tagging = known.format(date="published_at"), known.format(date="listed_at")
    of_hubs = OF_HUBS.format(kind=WEBSUB, now=NOW, listed=tally.LISTED.format(row="post"))
    bodies = {
        "outbox_post_insert": _put("INSERT ON post", "NEW"),
        "outbox_post_delete": _put("DELETE ON post", "OLD", post),
        "outbox_post_delete_later": _forget("DELETE ON post"),
        "outbox_post_update_old": _put(told, "OLD", f"{post} AND {_changed(TOLD)}"),
        "outbox_post_update_new": _put(told, "NEW", _changed(TOLD)),
        "outbox_post_update_later": _forget("UPDATE OF published_at, kind, unlisted, deleted_at ON post"),
        # A new tagging gets its date by an update (see tally).
        "outbox_post_tag_delete": _put("DELETE ON post_tag", "OLD", tagging),
        "outbox_post_tag_update_old": _put(dated, "OLD", f"{tagging} AND {_changed(['listed_at'])}"),
        "outbox_post_tag_update_new": _put(dated, "NEW", _changed(["listed_at"])),
        "outbox_site_hubs": f"UPDATE OF hubs ON site WHEN OLD.hubs <> NEW.hubs BEGIN {of_hubs}; END",
    }
    return {name: f"CREATE TRIGGER {name} AFTER {body}" for name, body in (bodies | _drawings()).items()}


def _drawings() -> dict[str, str]:
    """Trigger name -> its body, of those that ask for cards."""
    told = {"kind": CARD, "now": NOW, "at_once": AT_ONCE}
    of_post = DRAW.format(about="'post:' || NEW.id", moment="NEW.published_at", **told)
    of_site = DRAW.format(about="'site'", moment="''", **told)
    public = "NEW.published_at IS NOT NULL AND NEW.deleted_at IS NULL"
    posts, site = ", ".join(SHOWN), ", ".join(SHOWN_OF_SITE)
    return {
        "outbox_card_insert": f"INSERT ON post WHEN {public} BEGIN {of_post}; END",
        "outbox_card_update": f"UPDATE OF {posts} ON post WHEN {public} AND {_changed(SHOWN)} BEGIN {of_post}; END",
        "outbox_card_site": f"UPDATE OF {site} ON site WHEN {_changed(SHOWN_OF_SITE)} BEGIN {of_site}; END",
    }


def _changed(columns: list[str]) -> str:
    """SQL that tells whether any of these has another value than before: what is assigned need not differ."""
    before, after = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"({before}) IS NOT ({after})"


def _put(event: str, row: str, when: str = "TRUE") -> str:
    """A trigger's body that asks for pings about what a row shows in feeds, if it shows there."""
    tagging = event.endswith("post_tag")
    _, moment, listed = tally.OF_TAGGING if tagging else tally.OF_POST
    scopes = OF_TAGGING if tagging else OF_POST
    put = PUT.format(kind=WEBSUB, moment=moment, now=NOW, at_once=AT_ONCE, scopes=scopes)
    return f"{event} WHEN {HUBS} AND {listed} AND {when} BEGIN {put}; END".format(row=row)


def _forget(event: str) -> str:
    """A trigger's body that takes back the pings of a scheduled post, which may be put in again."""
    forget = FORGET.format(kind=WEBSUB, listed=tally.LISTED.format(row="post"))
    scheduled = f"{tally.LISTED.format(row='OLD')} AND OLD.published_at > {NOW}"
    return f"{event} WHEN {HUBS} AND {scheduled} BEGIN {forget}; END"
