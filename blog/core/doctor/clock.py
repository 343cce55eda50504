"""Check the time: whether this machine's clock can be right, and whether it knows the site's time zone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blog import clock, paths
from blog.core.doctor.findings import Execute, Findings, ok, problem

# Clocks that are synchronised differ by less.
MAX_DIFFERENCE = timedelta(minutes=5)
DAY = timedelta(days=1)
# Dates from the clock: no author chose them. (In older schemas a scheduled post was saved at its own date.)
CLOCK_DATES = """
SELECT max(saved_at) FROM post WHERE saved_at IS NOT published_at
UNION ALL SELECT max(created_at) FROM post UNION ALL SELECT max(created_at) FROM media
"""
# Each change moves this date by at least a second: if many happen within one second, it is in the future.
CHANGED_AT = "SELECT changed_at FROM site"


def examine(execute: Execute) -> Findings:
    """Compare the clock with earlier dates from it, and with the date of the code."""
    now, written_at = clock.now(), _newest(execute(CLOCK_DATES))
    installed_at = datetime.fromtimestamp((paths.PACKAGE / "__init__.py").stat().st_mtime, UTC)
    if written_at and written_at > now + MAX_DIFFERENCE:
        yield problem(
            f"The clock says {_format(now)}, yet the newest text or change is of {_format(written_at)}.",
            "Set the clock (`timedatectl` shows it). If it was wrong before and is right now, this passes by itself.",
        )
    elif installed_at > now + DAY:
        yield problem(
            f"The clock says {_format(now)}, yet this code was installed on {_format(installed_at)}.",
            "Set the clock (`timedatectl` shows it): scheduled posts appear by it.",
        )
    else:
        yield ok(f"The clock says {_format(now)}.")
    zone = execute("SELECT timezone FROM site").fetchone()[0]
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        yield problem(
            f"Nothing is known here of the time zone {zone}, so that pages with dates fail.",
            "`pip install tzdata`, or Debian's package of this name; or choose another: `broadsheet config timezone`.",
        )


def newest_write(execute: Execute) -> datetime | None:
    """Return the date of the last change of the blog by the clock at that time, or a few seconds later."""
    return _newest(execute(f"{CLOCK_DATES} UNION ALL {CHANGED_AT}"))


def _newest(rows: Any) -> datetime | None:
    moment = max((str(moment) for (moment,) in rows if moment), default="")
    return datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None


def _format(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
