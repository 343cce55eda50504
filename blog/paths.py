"""Where the code finds its templates, static files and instance folder.

In a checkout (and in an editable install of one) `templates/` and `static/` lie beside the package; a wheel
carries them inside it.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """The checkout this package runs from, or None in an installed copy."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "templates").is_dir() else None


def templates() -> Path:
    """The folder of page templates."""
    return (checkout() or PACKAGE) / "templates"


def static() -> Path:
    """The folder of stylesheets and icons."""
    return (checkout() or PACKAGE) / "static"


def samples() -> Path:
    """The folder of sample posts."""
    return PACKAGE / "samples"


def migrations() -> Path:
    """The folder of schema steps."""
    return PACKAGE / "migrations"


def checkout_instance() -> Path | None:
    """The instance folder of a checkout, or None: an installed copy never guesses one."""
    root = checkout()
    return root / "instance" if root else None
