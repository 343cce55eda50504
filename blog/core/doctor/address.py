"""Settings of the machine: can they be read, and is the address one that readers can use?"""

from collections.abc import Sequence

from blog.config import Settings
from blog.core.doctor.findings import Findings, bad, good, note


def examine(settings: Settings, faults: Sequence[str]) -> Findings:
    """What is wrong with the settings themselves (`faults`), then the address, proxies and the secret key."""
    for fault in faults:
        yield bad(fault, "Mend it: until then most commands, and `serve`, refuse to begin.")
    if settings.sources["site_url"] == "default":
        yield note(
            f"Links and feeds name {settings.site_url}, which only this machine can open.",
            "Before others read it, set BLOG_SITE_URL to the address they use.",
        )
    else:
        yield good(f"Readers come to {settings.site_url}.")
    if settings.https and not settings.trusted_proxies:
        yield note("The address is https, yet no reverse proxy is trusted.", "Set BLOG_TRUSTED_PROXIES=1 behind one.")
    key = settings.instance / "secret_key"
    if settings.sources["secret_key"] == f"{key.name} file" and settings.database_file.exists() and not key.exists():
        yield note(
            f"There is no {key}: the next start makes a new one, and everybody signs in again.",
            "To keep them signed in, put the file back from a backup first.",
        )
