"""Paths of templates, static files, samples and the instance folder.

In a checkout (and in an editable install of one) `templates/` and `static/` lie beside the package; a wheel
carries them inside it.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """Return the checkout of this package, or None in an installed copy."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "templates").is_dir() else None


def templates() -> Path:
    return (checkout() or PACKAGE) / "templates"


def static() -> Path:
    return (checkout() or PACKAGE) / "static"


def samples() -> Path:
    return PACKAGE / "samples"


def checkout_instance() -> Path | None:
    """Return the instance folder of a checkout, or None: an installed copy never guesses one."""
    root = checkout()
    return root / "instance" if root else None
