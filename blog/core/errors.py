"""What can go wrong, in words for people. Faces turn these into statuses, the command line into exit codes."""

from collections.abc import Sequence


class BlogError(Exception):
    """Something that was asked for cannot be done; the message says what happened and what to try."""


class Invalid(BlogError):
    """A value that cannot be taken. `field` names it as forms and commands do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field

    def __reduce__(self) -> tuple[type["Invalid"], tuple[str, str]]:
        """As a worker process sends it back."""
        return type(self), (self.field, str(self))


class InvalidFields(BlogError):
    """Several values that cannot be taken at once."""

    def __init__(self, wrong: Sequence[Invalid]) -> None:
        super().__init__(" ".join(str(error) for error in wrong))
        self.wrong = wrong


class NotFound(BlogError):
    """There is no such thing (or none that the asker may know of)."""


class Gone(BlogError):
    """It was public once and has been deleted."""


class Conflict(BlogError):
    """It would take the place of something that must stay."""


class EditConflict(Conflict):
    """Somebody else saved meanwhile. What was to be saved is kept beside it, as a revision of this post."""

    def __init__(self, post_id: int, message: str) -> None:
        super().__init__(message)
        self.post_id = post_id


class Forbidden(BlogError):
    """Somebody else may do it, the asker may not."""


class TooManyAttempts(BlogError):
    """It was tried too often. `seconds` says when it may be tried again."""

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        super().__init__(f"Too many attempts. Please wait {minutes} minute{'s' * (minutes > 1)}, then try again.")
        self.seconds = seconds


class Unavailable(BlogError):
    """The database or the disk cannot do it now; nothing was changed."""


class DiskFull(Unavailable):
    """The disk is full; nothing was changed."""


class Unusable(BlogError):
    """This instance cannot be opened: no database, a newer one, a damaged one."""
