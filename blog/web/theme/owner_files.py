"""The owner's theme files: `custom.css` and `templates/` in the instance folder.

They may change while the server runs, and may be broken at any moment. Pages are rendered without what cannot be used.
Readers see no error; the log and `doctor` name the file and the line.
"""

import hashlib
import logging
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from time import monotonic

from blog import clock

CHECK_SECONDS = 1.0  # seconds
MAX_CSS_BYTES = 512 * 1024
MAX_TEMPLATES = 1000
# Owners cannot replace these templates: with a broken sign-in page they could not sign in.
RESERVED = "admin/"

log = logging.getLogger("theme")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one of the owner's files; line 0 means the whole file."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        place = f", line {self.line}" if self.line else ""
        return f"{self.file}{place}: {self.message}"


class Theme:
    """The theme files in an instance folder. Safe to use from any thread."""

    def __init__(self, instance: Path) -> None:
        self.stylesheet = instance / "custom.css"
        self.templates = instance / "templates"
        self.faults: list[Fault] = []
        self.on_change: list[Callable[[], None]] = []
        self._lock = Lock()
        self._version = 0
        self._next_check = 0.0
        self._seen = list(self._files())
        newest = max((changed for _, changed, _ in self._seen), default=0)
        self.changed_at = datetime.fromtimestamp(newest / 1e9, UTC)

    def version(self) -> int:
        """Return a number that grows when the owner's files change. They are checked once a second."""
        if monotonic() >= self._next_check and self._lock.acquire(blocking=False):
            try:
                self._check_files()
            finally:
                self._lock.release()
        return self._version

    def _check_files(self) -> None:
        seen = list(self._files())
        if seen != self._seen:
            templates = self._seen_templates()
            self._seen, self.faults = seen, []
            vars(self).pop("css", None)
            if self._seen_templates() != templates:
                for callback in self.on_change:
                    callback()
            self.changed_at = clock.now()
            self._version += 1
        self._next_check = monotonic() + CHECK_SECONDS

    def _files(self) -> Iterator[tuple[str, int, int]]:
        """Yield name, ctime and size of each file. Not mtime: a copy may set it to any date."""
        templates = sorted(self.templates.rglob("*.html"))[:MAX_TEMPLATES] if self.templates.is_dir() else []
        for file in (self.stylesheet, *templates):
            try:
                state = file.stat()
            except OSError:
                continue
            if stat.S_ISREG(state.st_mode):
                yield str(file), state.st_ctime_ns, state.st_size

    @property
    def template_names(self) -> list[str]:
        return [str(Path(name).relative_to(self.templates)) for name, *_ in self._seen_templates()]

    def _seen_templates(self) -> list[tuple[str, int, int]]:
        return [file for file in self._seen if file[0] != str(self.stylesheet)]

    @cached_property
    def css(self) -> bytes:
        """Return the owner's stylesheet; empty if there is none that can be read."""
        if not self.stylesheet.is_file():
            return b""
        try:
            css = self.stylesheet.read_bytes()
            if len(css) > MAX_CSS_BYTES:
                raise ValueError(f"it has {len(css) // 1024} kB; {MAX_CSS_BYTES // 1024} kB are read")
            text = css.decode()
        except (OSError, ValueError) as error:
            self.report(Fault(self.stylesheet, 0, f"it cannot be used ({error})."))
            return b""
        from blog.web.theme import custom_css  # imports tinycss2, which is loaded only if there is a stylesheet

        for line, message in custom_css.find_faults(text):
            self.report(Fault(self.stylesheet, line, message))
        return css

    @property
    def digest(self) -> str:
        """Return a short hash of the owner's stylesheet; empty without one."""
        return hashlib.sha256(self.css).hexdigest()[:10] if self.css else ""

    def template_file(self, name: str) -> Path | None:
        """Return the owner's template with this name, if there is one and it may be used."""
        file = self.templates / name
        allowed = not name.startswith(RESERVED) and ".." not in Path(name).parts and not Path(name).is_absolute()
        return file if allowed and file.is_file() else None

    def report(self, fault: Fault) -> None:
        """Add a fault to `faults` and log it, once."""
        if fault not in self.faults:
            self.faults.append(fault)
            log.warning("%s", fault)
