"""The single source of time. Tests replace `now` here and nowhere else."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant in UTC, always zone-aware."""
    return datetime.now(UTC)
