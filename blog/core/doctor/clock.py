"""Time: whether this machine's clock can be right, and whether the site's zone is known here."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blog import clock, paths
from blog.core.doctor.findings import Findings, Run, ok, problem

# Clocks of machines that ask for the time differ by less.
SLACK = timedelta(minutes=5)
DAY = timedelta(days=1)
# What the clock itself dated: no author chose these. (Older schemas said that a scheduled post is saved at its time.)
DATED = """
SELECT max(saved_at) FROM post WHERE saved_at IS NOT published_at
UNION ALL SELECT max(created_at) FROM post UNION ALL SELECT max(created_at) FROM media
"""
# This is dated a second later than the last time, however much changes within one: it may run ahead.
CHANGED = "SELECT changed_at FROM site"


def examine(run: Run) -> Findings:
    """Compare the clock with what it dated before, and with the code."""
    now, written = clock.now(), _newest(run(DATED))
    installed = datetime.fromtimestamp((paths.PACKAGE / "__init__.py").stat().st_mtime, UTC)
    if written and written > now + SLACK:
        yield problem(
            f"The clock says {_told(now)}, yet the newest text or change is of {_told(written)}.",
            "Set the clock (`timedatectl` shows it). If it was wrong before and is right now, this passes by itself.",
        )
    elif installed > now + DAY:
        yield problem(
            f"The clock says {_told(now)}, yet this code was installed on {_told(installed)}.",
            "Set the clock (`timedatectl` shows it): scheduled posts appear by it.",
        )
    else:
        yield ok(f"The clock says {_told(now)}.")
    zone = run("SELECT timezone FROM site").fetchone()[0]
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        yield problem(
            f"Nothing is known here of the time zone {zone}, so that pages with dates fail.",
            "`pip install tzdata`, or Debian's package of this name; or choose another: `broadsheet config timezone`.",
        )


def newest_write(run: Run) -> datetime | None:
    """When anything of the blog was written last, as the clock said then, or a bit later."""
    return _newest(run(f"{DATED} UNION ALL {CHANGED}"))


def _newest(rows: Any) -> datetime | None:
    moment = max((str(moment) for (moment,) in rows if moment), default="")
    return datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
