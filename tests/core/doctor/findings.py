"""What the doctor finds in a blog that a test harmed."""

from collections.abc import Iterable
from pathlib import Path

from blog import config
from blog.commands import open_app
from blog.config import Settings
from blog.core.doctor import fix, run
from blog.core.doctor.findings import Finding
from blog.extensions import db, sqlite_driver
from tests.world import SITE_URL, Blog


def made(instance: Path) -> Settings:
    """The settings of a blog that exists and is not running."""
    settings = config.load(instance, environ={}, site_url=SITE_URL)
    with open_app(settings):
        pass
    return config.load(instance, environ={"BLOG_TRUSTED_PROXIES": "1"}, site_url=SITE_URL)


def told(findings: Iterable[Finding], *levels: str) -> str:
    """Findings of these levels (else what is bad) with their remedies, a line each."""
    chosen = [one for one in findings if one.level in (levels or ("bad",))]
    return "\n".join(f"{one.level}: {one.what} {one.remedy}".strip() for one in chosen)


def said(settings: Settings, *levels: str) -> str:
    """What is said of a blog without an app."""
    return told(run.examine(settings), *levels)


def seen(blog: Blog, *levels: str, thorough: bool = True) -> str:
    """What is said of a blog with all that its faces look at."""
    app = blog.app
    db.session.rollback()  # see it as it is now
    return told(run.examine(app.extensions["settings"], app.extensions["checks"], thorough=thorough), *levels)


def mended(blog: Blog, *, thorough: bool = True) -> list[str]:
    """What was mended."""
    return list(fix.apply_fixes(blog.app.extensions["settings"], blog.app.extensions["fixes"], thorough=thorough))


def change(instance: Path, *statements: str) -> None:
    """Run statements on the database as another program would."""
    connection = sqlite_driver().connect(instance / "blog.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
