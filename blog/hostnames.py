"""Names of hosts, as the network's name service knows them."""


def ascii_name(name: str) -> str:
    """The name in ASCII, small letters (IDNA 2008 with the mapping that browsers use, UTS 46). Raises ValueError."""
    import idna  # its tables take long to load, and most names are plain

    try:
        return idna.encode(name, uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise ValueError("not a name that can be looked up") from error
