"""Host names in the form that DNS uses."""


def ascii_name(name: str) -> str:
    """Return a host name in lower-case ASCII (IDNA 2008 with the browsers' mapping, UTS 46). Raises ValueError."""
    import idna  # its tables take long to load, and most names are plain

    try:
        return idna.encode(name, uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise ValueError("not a name that can be looked up") from error
