"""The only source of the present time. Tests replace `now` here."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present time in UTC, zone-aware."""
    return datetime.now(UTC)
