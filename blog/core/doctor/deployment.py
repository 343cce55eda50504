"""The settings of the machine, and what is missing before a blog goes public: only what can be seen from here."""

import os
from collections.abc import Sequence
from pathlib import Path

from blog.config import Settings
from blog.core.doctor import backups, files
from blog.core.doctor.findings import Finding, Findings, Run, count_of, join_names, note, ok, problem
from blog.models.site import DEFAULTS

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
SAMPLES = (
    "SELECT slug FROM post WHERE origin LIKE 'sample:%' AND version = origin_version AND deleted_at IS NULL ORDER BY id"
)
# What container engines leave for those inside to see.
CONTAINERS = ("/.dockerenv", "/run/.containerenv")


def examine_settings(settings: Settings, faults: Sequence[str]) -> Findings:
    """What is wrong with the settings themselves (`faults`), then the address, proxies and the secret key."""
    for fault in faults:
        yield problem(fault, "Mend it: until then most commands, and `serve`, refuse to begin.")
    if settings.sources["site_url"] == "default":
        yield note(
            f"Links and feeds name {settings.site_url}, which only this machine can open.",
            "Before others read it, set BLOG_SITE_URL to the address they use.",
        )
    else:
        yield _readers_come(settings)
    if settings.https and not settings.trusted_proxies:
        yield note("The address is https, yet no reverse proxy is trusted.", "Set BLOG_TRUSTED_PROXIES=1 behind one.")
    key = settings.instance / "secret_key"
    if settings.sources["secret_key"] == f"{key.name} file" and settings.database_file.exists() and not key.exists():
        yield note(
            f"There is no {key}: the next start makes a new one, and everybody signs in again.",
            "To keep them signed in, put the file back from a backup first.",
        )


def examine_machine(settings: Settings) -> Findings:
    """The machine: address, proxy, whose process it is, who can read what."""
    yield from _address(settings)
    yield from _proxy(settings)
    if os.geteuid() == 0:
        yield problem(
            "Commands run as root here; a server that does may harm the whole machine when it is broken into.",
            "Give the blog a user of its own: deploy/broadsheet.service and the Dockerfile do.",
        )
    for what, file in files.exposed_secrets(settings):
        yield problem(
            f"Other users of this machine can read {what}.", f"`chmod 600 {file}`, or `broadsheet doctor --fix`."
        )
    if settings.workers == 1:
        yield note(
            "One process serves all readers.",
            "Set BLOG_WORKERS to 2 or more, so that one slow answer does not hold up others.",
        )
    if not _is_started_again():
        yield note(
            "Nothing tells whether the server is started again when it ends.",
            "systemd does with deploy/broadsheet.service (`Restart=always`), Docker with `--restart unless-stopped`.",
        )


def _address(settings: Settings) -> Findings:
    if settings.sources["site_url"] == "default":
        yield problem(
            f"Links and feeds name {settings.site_url}, which only this machine can open.",
            "Set BLOG_SITE_URL to the address readers use, like https://essays.example.org.",
        )
    elif not settings.https:
        yield problem(
            f"{settings.site_url} is not https: passwords, and what is read, can be seen on the way.",
            "Put a proxy that speaks https in front (docs/running.md says how), and change BLOG_SITE_URL.",
        )
    else:
        yield _readers_come(settings)


def _readers_come(settings: Settings) -> Finding:
    return ok(f"Readers come to {settings.site_url}.")


def _proxy(settings: Settings) -> Findings:
    everywhere, trusted = settings.host in EVERYWHERE, settings.trusted_proxies
    if settings.https and not trusted:
        yield problem(
            "The address is https, which the blog itself does not speak, yet no reverse proxy is trusted: all readers"
            " look like one, and wrong passwords of one keep all out.",
            "Set BLOG_TRUSTED_PROXIES to the number of proxies in front, mostly 1.",
        )
    elif everywhere and not trusted:
        yield problem(
            f"The server listens to the whole network ({settings.host}) with no proxy before it.",
            "Set HOST=127.0.0.1 and put a proxy that speaks https in front.",
        )
    elif everywhere and not _contained():
        yield note(
            f"The server listens to the whole network ({settings.host}) and believes what proxies say: whoever reaches"
            f" port {settings.port} past the proxy can claim to be anybody.",
            "Set HOST=127.0.0.1, or let a firewall keep others from that port.",
        )


def _contained() -> bool:
    """Whether this is a container, whose ports others open."""
    return any(Path(sign).exists() for sign in CONTAINERS)


def _is_started_again() -> bool:
    """Whether somebody watches over this process that may be asked to start it again."""
    return _contained() or "INVOCATION_ID" in os.environ or "SUPERVISOR_ENABLED" in os.environ


def examine_site(run: Run) -> Findings:
    """What readers would see: samples, names that nobody chose, nobody who could sign in."""
    if samples := [slug for (slug,) in run(SAMPLES)]:
        count = count_of(len(samples), "sample post")
        yield problem(f"{count} are still there: {join_names(samples)}.", "`broadsheet samples remove`")
    title, author, tagline, contact = run("SELECT title, author, tagline, security_contact FROM site").fetchone()
    for name, value in (("title", title), ("author", author)):
        if value == DEFAULTS[name]:
            yield problem(
                f"The blog’s {name} is still “{value}”.", f"`broadsheet config {name} …`, or Settings at the desk."
            )
    if not tagline:
        yield note(
            "The blog has no tagline, which search engines and shared links show.", "`broadsheet config tagline …`"
        )
    if not run("SELECT count(*) FROM person WHERE password IS NOT NULL").fetchone()[0]:
        yield problem(
            "Nobody has an account: whoever finds the link that `serve` prints in its log may make the first.",
            "`broadsheet user add EMAIL --name NAME`",
        )
    if not contact:
        yield note(
            "/.well-known/security.txt names nobody to tell of a weakness.",
            "`broadsheet config security_contact you@example.org`",
        )


def examine_backups(run: Run, settings: Settings) -> Findings:
    """Daily ones, elsewhere."""
    if settings.backups is None:
        yield problem("No backups are made by themselves.", "Set BLOG_BACKUPS to a folder on another disk.")
    elif settings.backups.parent.exists() and backups.on_same_disk(settings):
        yield note(
            f"Backups go to {settings.backups}, on the disk of the blog: what breaks the one breaks the other.",
            "Set BLOG_BACKUPS to a folder on another disk, or copy them (docs/backup.md says how).",
        )
    yield from (each for each in backups.examine(run, settings) if each.level == "bad")
