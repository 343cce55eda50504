"""A browser and its machine in words, so that people know their own in a list."""

BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome",
    "Chromium/": "Chromium", "Chrome/": "Chrome", "Safari/": "Safari", "curl/": "curl",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "an iPhone", "iPad": "an iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "a Mac",
    "CrOS": "ChromeOS", "Linux": "Linux", "BSD": "BSD",
}  # fmt: skip


def describe(agent: str) -> str:
    """What a User-Agent says, as far as it concerns its owner: “Firefox on Linux”."""
    browser, machine = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if browser and machine:
        return f"{browser} on {machine}"
    return browser or (f"A browser on {machine}" if machine else "An unknown browser")


def _first(names: dict[str, str], agent: str) -> str:
    """The first that is named there; nearly all browsers name several others, the less special ones last."""
    return next((words for mark, words in names.items() if mark in agent), "")
