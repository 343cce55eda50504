"""Browsers in words."""

import pytest

from blog.admin.user_agents import describe

MOZILLA = "Mozilla/5.0"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36", "Chrome on Windows"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {CHROME} Safari/537.36 OPR/120", "Opera on a Mac"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on a Mac"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile Safari/604.1", "Safari on an iPhone"),
        (f"{MOZILLA} (iPad; CPU OS 18_0 like Mac OS X) FxiOS/140 Mobile Safari/605", "Firefox on an iPad"),
        (f"{MOZILLA} (Linux; Android 15; Pixel) {CHROME} Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"), ("NCSA Mosaic on Linux", "A browser on Linux"), ("", "An unknown browser"),
        ("<script>", "An unknown browser"),
    ],
)  # fmt: skip
def test_people_recognise_their_own(agent: str, words: str) -> None:
    assert describe(agent) == words
