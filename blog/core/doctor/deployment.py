"""Check the machine's settings, and whether a blog is ready for the public, as far as this machine can tell."""

import os
from collections.abc import Sequence
from pathlib import Path

from blog.config import Settings
from blog.core.doctor import backups, files
from blog.core.doctor.findings import Execute, Findings, join_names, note, ok, problem
from blog.core.text.amounts import count_of
from blog.models.site import DEFAULTS

LOCAL_ONLY = "Links and feeds name {}, which only this machine can open."
ALL_INTERFACES = ("0.0.0.0", "::")  # noqa: S104
SAMPLE_POSTS = (
    "SELECT slug FROM post WHERE origin LIKE 'sample:%' AND version = origin_version AND deleted_at IS NULL ORDER BY id"
)
# Files that container engines create in a container.
CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv")


def examine_settings(settings: Settings, faults: Sequence[str]) -> Findings:
    """Report the `faults` of the settings, then check the address, proxies and the secret key."""
    for fault in faults:
        yield problem(fault, "Mend it: until then most commands, and `serve`, refuse to begin.")
    if settings.sources["site_url"] == "default":
        remedy = "Before others read it, set BLOG_SITE_URL to the address they use."
        yield note(LOCAL_ONLY.format(settings.site_url), remedy)
    else:
        yield ok(f"Readers come to {settings.site_url}.")
    if settings.https and not settings.trusted_proxies:
        yield note("The address is https, yet no reverse proxy is trusted.", "Set BLOG_TRUSTED_PROXIES=1 behind one.")
    key = settings.instance / "secret_key"
    if settings.sources["secret_key"] == f"{key.name} file" and settings.database_file.exists() and not key.exists():
        yield note(
            f"There is no {key}: the next start makes a new one, and everybody signs in again.",
            "To keep them signed in, put the file back from a backup first.",
        )


def examine_machine(settings: Settings) -> Findings:
    """Check the address, the proxy, the user of the process, file permissions and process supervision."""
    yield from _examine_address(settings)
    yield from _examine_proxy(settings)
    if os.geteuid() == 0:
        yield problem(
            "Commands run as root here; a server that does may harm the whole machine when it is broken into.",
            "Give the blog a user of its own: deploy/broadsheet.service and the Dockerfile do.",
        )
    yield from files.examine_secrets(settings)
    if settings.workers == 1:
        yield note(
            "One process serves all readers.",
            "Set BLOG_WORKERS to 2 or more, so that one slow answer does not hold up others.",
        )
    if not _is_supervised():
        yield note(
            "Nothing tells whether the server is started again when it ends.",
            "systemd does with deploy/broadsheet.service (`Restart=always`), Docker with `--restart unless-stopped`.",
        )


def _examine_address(settings: Settings) -> Findings:
    if settings.sources["site_url"] == "default":
        remedy = "Set BLOG_SITE_URL to the address readers use, like https://essays.example.org."
        yield problem(LOCAL_ONLY.format(settings.site_url), remedy)
    elif not settings.https:
        yield problem(
            f"{settings.site_url} is not https: passwords, and what is read, can be seen on the way.",
            "Put a proxy that speaks https in front (docs/running.md says how), and change BLOG_SITE_URL.",
        )
    else:
        yield ok(f"Readers come to {settings.site_url}.")


def _examine_proxy(settings: Settings) -> Findings:
    all_interfaces, trusted = settings.host in ALL_INTERFACES, settings.trusted_proxies
    if settings.https and not trusted:
        yield problem(
            "The address is https, which the blog itself does not speak, yet no reverse proxy is trusted: all readers"
            " look like one, and wrong passwords of one keep all out.",
            "Set BLOG_TRUSTED_PROXIES to the number of proxies in front, mostly 1.",
        )
    elif all_interfaces and not trusted:
        yield problem(
            f"The server listens to the whole network ({settings.host}) with no proxy before it.",
            "Set HOST=127.0.0.1 and put a proxy that speaks https in front.",
        )
    elif all_interfaces and not _is_container():
        yield note(
            f"The server listens to the whole network ({settings.host}) and believes what proxies say: whoever reaches"
            f" port {settings.port} past the proxy can claim to be anybody.",
            "Set HOST=127.0.0.1, or let a firewall keep others from that port.",
        )


def _is_container() -> bool:
    """Return whether this is a container: then its host decides which ports are open."""
    return any(Path(file).exists() for file in CONTAINER_FILES)


def _is_supervised() -> bool:
    """Return whether a supervisor runs this process, which can restart it."""
    return _is_container() or "INVOCATION_ID" in os.environ or "SUPERVISOR_ENABLED" in os.environ


def examine_site(execute: Execute) -> Findings:
    if samples := [slug for (slug,) in execute(SAMPLE_POSTS)]:
        count = count_of(len(samples), "sample post is", "sample posts are")
        yield problem(f"{count} still there: {join_names(samples)}.", "`broadsheet samples remove`")
    title, author, tagline, contact = execute("SELECT title, author, tagline, security_contact FROM site").fetchone()
    for name, value in (("title", title), ("author", author)):
        if value == DEFAULTS[name]:
            yield problem(
                f"The blog’s {name} is still “{value}”.", f"`broadsheet config {name} …`, or Settings at the desk."
            )
    if not tagline:
        yield note(
            "The blog has no tagline, which search engines and shared links show.", "`broadsheet config tagline …`"
        )
    if not execute("SELECT count(*) FROM person WHERE password IS NOT NULL").fetchone()[0]:
        yield problem(
            "Nobody has an account: whoever finds the link that `serve` prints in its log may make the first.",
            "`broadsheet user add EMAIL --name NAME`",
        )
    if not contact:
        yield note(
            "/.well-known/security.txt names nobody to tell of a weakness.",
            "`broadsheet config security_contact you@example.org`",
        )


def examine_backups(execute: Execute, settings: Settings) -> Findings:
    if settings.backups is None:
        yield problem("No backups are made by themselves.", "Set BLOG_BACKUPS to a folder on another disk.")
    elif settings.backups.parent.exists() and backups.on_same_disk(settings):
        yield note(
            f"Backups go to {settings.backups}, on the disk of the blog: what breaks the one breaks the other.",
            "Set BLOG_BACKUPS to a folder on another disk, or copy them (docs/backup.md says how).",
        )
    yield from (finding for finding in backups.examine(execute, settings) if finding.level == "bad")
