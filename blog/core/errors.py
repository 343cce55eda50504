"""Errors with messages for people. Web views turn them into statuses, the command line into exit codes."""

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager


class BlogError(Exception):
    """An action is not possible; the message says what happened and what to try."""


class Invalid(BlogError):
    """An invalid value. `field` is its name in forms and commands."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field

    def __reduce__(self) -> tuple[type["Invalid"], tuple[str, str]]:
        """Pickle both arguments: worker processes send this error back."""
        return type(self), (self.field, str(self))


class InvalidFields(BlogError):
    """Several invalid values at once."""

    def __init__(self, errors: Sequence[Invalid]) -> None:
        super().__init__(" ".join(str(error) for error in errors))
        self.errors = errors


def messages_by_field(errors: Iterable[Invalid]) -> dict[str, str]:
    """Return the last message for each field."""
    return {error.field: str(error) for error in errors}


class NotFound(BlogError):
    """It does not exist, or the user may not know that it exists."""


class Gone(BlogError):
    """It was public once and has been deleted."""


class Conflict(BlogError):
    """It would replace something that must stay."""


class AddressTaken(Conflict):
    """Another post has this address, or an old address leads to it."""


class EditConflict(Conflict):
    """Another person saved the post meanwhile. The rejected text is stored as a revision of the post."""

    def __init__(self, post_id: int, message: str) -> None:
        super().__init__(message)
        self.post_id = post_id


class Forbidden(BlogError):
    """This user may not do it; another user may."""


class TooManyAttempts(BlogError):
    """It was tried too often. `seconds` is the time until the next attempt is allowed."""

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        super().__init__(f"Too many attempts. Please wait {minutes} minute{'s' * (minutes > 1)}, then try again.")
        self.seconds = seconds


class Unavailable(BlogError):
    """The database or the disk cannot do it now; nothing was changed."""


class DiskFull(Unavailable):
    """The disk is full; nothing was changed."""


def disk_full(outcome: str) -> DiskFull:
    """Return the error for a full disk; `outcome` is like "Nothing was stored"."""
    return DiskFull(f"The disk is full. {outcome}; free some space and try again.")


def is_disk_full(error: OSError) -> bool:
    """Return whether the disk is full, or the user's share of it."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def disk_errors(problem: str, outcome: str) -> Iterator[None]:
    """Raise DiskFull or Unavailable for each OSError; `problem` and `outcome` are sentences without a full stop."""
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(outcome) from error
        raise Unavailable(f"{problem}: {error.strerror}. {outcome}.") from error


class Unusable(BlogError):
    """This instance cannot be opened: its database is missing, damaged or newer than this code."""
