"""What can go wrong, in words for people. Faces turn these into statuses, the command line into exit codes."""


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


class Missing(BlogError):
    """There is no such thing (or none that the asker may know of)."""


class Gone(BlogError):
    """It was public once and has been deleted."""


class Conflict(BlogError):
    """It would take the place of something that must stay."""


class Unavailable(BlogError):
    """The database or the disk cannot do it now; nothing was changed."""


class Unusable(BlogError):
    """This instance cannot be opened: no database, a newer one, a damaged one."""
