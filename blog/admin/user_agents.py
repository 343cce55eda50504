"""Describe browsers and their systems in words, so that people recognize their own sessions."""

BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome",
    "Chromium/": "Chromium", "Chrome/": "Chrome", "Safari/": "Safari", "curl/": "curl",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "an iPhone", "iPad": "an iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "a Mac",
    "CrOS": "ChromeOS", "Linux": "Linux", "BSD": "BSD",
}  # fmt: skip


def describe(agent: str) -> str:
    """Describe the browser of a User-Agent header, like “Firefox on Linux”."""
    browser, system = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"A browser on {system}" if system else "An unknown browser")


def _first(names: dict[str, str], agent: str) -> str:
    """Return the first name that the header contains. Most browsers name others, too: special ones come first."""
    return next((name for mark, name in names.items() if mark in agent), "")
