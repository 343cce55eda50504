"""Passwords and tokens, and the hashes under which the database stores them.

Passwords are hashed with argon2id (RFC 9106). Tokens are long and random, so SHA-256 is enough: a stolen database
opens nothing.
"""

import hashlib
import re
import secrets
from functools import cache
from typing import TYPE_CHECKING

from blog.core.errors import Invalid
from blog.core.text.amounts import noun

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# In characters.
PASSWORD_LENGTHS = (10, 1000)
TOKEN = re.compile(r"[\w-]{43}", re.ASCII)


def hash_password(password: str) -> str:
    """Return the hash to store. Raise Invalid if the password is too short or too long."""
    shortest, longest = PASSWORD_LENGTHS
    if not shortest <= len(password) <= longest:
        length = f"{len(password)} {noun(len(password), 'character')}"
        raise Invalid("password", f"The password has {length}; it needs {shortest} to {longest}.")
    return _hasher().hash(password)


def verify(password: str, stored_hash: str | None) -> bool:
    """Return whether the password matches. Without a stored hash it never does, and takes as long to say so."""
    from argon2.exceptions import InvalidHashError, VerificationError

    dummy_hash = _dummy_hash()
    candidate = password[: PASSWORD_LENGTHS[1] + 1]  # a longer one is wrong, and need not cost more
    try:
        return _hasher().verify(stored_hash or dummy_hash, candidate) and stored_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def rehash_if_needed(password: str, stored_hash: str) -> str | None:
    """Hash a correct password again if argon2's defaults have become stronger since; else return None."""
    return _hasher().hash(password) if _hasher().check_needs_rehash(stored_hash) else None


def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _dummy_hash() -> str:
    """Return the hash that passwords for unknown accounts are compared with: same parameters, same time."""
    return _hasher().hash("nobody has this password")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: object) -> str:
    """Return the hash of a token, or an empty string, which no row has, if it cannot be one."""
    return hashlib.sha256(token.encode()).hexdigest() if isinstance(token, str) and TOKEN.fullmatch(token) else ""
