"""Random tokens that open something, and the hashes under which they are kept: who reads the database opens nothing."""

import hashlib
import re
import secrets

TOKEN = re.compile(r"[\w-]{43}", re.ASCII)


def new() -> str:
    """A token of 256 random bits."""
    return secrets.token_urlsafe(32)


def kept(token: object) -> str:
    """The hash of a token; of what cannot be one, a hash that nothing has."""
    return hashlib.sha256(token.encode()).hexdigest() if isinstance(token, str) and TOKEN.fullmatch(token) else ""
