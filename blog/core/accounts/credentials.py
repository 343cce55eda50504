"""Passwords as they are kept (argon2id), and whether a given one is right."""

from functools import cache

from blog.core.errors import Invalid

LENGTHS = (10, 1000)


def hashed(password: str) -> str:
    """The password as it is stored. Raises Invalid for one too short or too long."""
    from argon2 import PasswordHasher

    least, most = LENGTHS
    if not least <= len(password) <= most:
        raise Invalid("password", f"The password has {len(password)} characters; it needs {least} to {most}.")
    return PasswordHasher().hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether it is the password stored. Without one it never is, and to find that out takes as long."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    against = _nobodys()
    given = password[: LENGTHS[1] + 1]  # a longer one is wrong, and need not cost more
    try:
        return PasswordHasher().verify(stored or against, given) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def renewed(password: str, stored: str) -> str | None:
    """A password that is right, stored anew where stronger parameters have become usual; else None."""
    from argon2 import PasswordHasher

    hasher = PasswordHasher()
    return hasher.hash(password) if hasher.check_needs_rehash(stored) else None


@cache
def _nobodys() -> str:
    """What the password given for an unknown name is compared with; made with the parameters of all others."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash("nobody has this password")
