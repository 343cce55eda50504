"""The shapes of what JSON columns hold. Nothing but types: pure modules may know them."""

from typing import TypedDict


class Heading(TypedDict):
    """One entry of a contents list."""

    level: int
    id: str
    text: str


class Picture(TypedDict):
    """A picture that a text shows."""

    src: str
    alt: str
    width: int | None
    height: int | None


class FollowLink(TypedDict):
    """One place where the author can be followed."""

    name: str
    address: str
