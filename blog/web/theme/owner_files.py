"""The owner's own looks: `custom.css` and `templates/` in the instance folder, whatever state they are in.

They may change while the blog is served, and may be broken at any moment. What cannot be used is left out, and pages
are made as if it were not there; readers are told nothing, the log and `doctor` are told the file and the line.
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
# What may not be changed: who breaks the page for signing in could not mend it there.
RESERVED = "admin/"

log = logging.getLogger("theme")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one of the owner's files; line 0 is all of it."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        place = f", line {self.line}" if self.line else ""
        return f"{self.file}{place}: {self.what}"


class Theme:
    """What lies in an instance folder for the looks of its blog. Any thread may ask."""

    def __init__(self, instance: Path) -> None:
        self.stylesheet = instance / "custom.css"
        self.templates = instance / "templates"
        self.faults: list[Fault] = []
        self.on_change: list[Callable[[], None]] = []
        self._lock = Lock()
        self._version = 0
        self._again = 0.0
        self._seen = list(self._files())
        newest = max((changed for _, changed, _ in self._seen), default=0)
        self.changed_at = datetime.fromtimestamp(newest / 1e9, UTC)

    def version(self) -> int:
        """A number that stays the same as long as the owner's files do; they are looked at once a second."""
        if monotonic() >= self._again and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._version

    def _look(self) -> None:
        seen = list(self._files())
        if seen != self._seen:
            templates = self._of_templates()
            self._seen, self.faults = seen, []
            vars(self).pop("css", None)
            if self._of_templates() != templates:
                for renew in self.on_change:
                    renew()
            self.changed_at = clock.now()
            self._version += 1
        self._again = monotonic() + CHECK_SECONDS

    def _files(self) -> Iterator[tuple[str, int, int]]:
        """Each file: its name, when anything was done to it (whatever date a copy gave it), and its size."""
        found = sorted(self.templates.rglob("*.html"))[:MAX_TEMPLATES] if self.templates.is_dir() else []
        for file in (self.stylesheet, *found):
            try:
                state = file.stat()
            except OSError:
                continue
            if stat.S_ISREG(state.st_mode):
                yield str(file), state.st_ctime_ns, state.st_size

    @property
    def template_names(self) -> list[str]:
        """The names of the owner's templates."""
        return [str(Path(name).relative_to(self.templates)) for name, *_ in self._of_templates()]

    def _of_templates(self) -> list[tuple[str, int, int]]:
        return [each for each in self._seen if each[0] != str(self.stylesheet)]

    @cached_property
    def css(self) -> bytes:
        """The owner's stylesheet; nothing, when there is none that could be read."""
        if not self.stylesheet.is_file():
            return b""
        try:
            found = self.stylesheet.read_bytes()
            if len(found) > MAX_CSS_BYTES:
                raise ValueError(f"it has {len(found) // 1024} kB; {MAX_CSS_BYTES // 1024} kB are read")
            found.decode()
        except (OSError, ValueError) as error:
            self.blame(Fault(self.stylesheet, 0, f"it cannot be used ({error})."))
            return b""
        self._check(found.decode())
        return found

    def _check(self, css: str) -> None:
        """Tell what browsers will leave out."""
        from blog.web.theme import custom_css  # what it reads with is loaded only where there is something to be read

        for line, what in custom_css.find_faults(css):
            self.blame(Fault(self.stylesheet, line, what))

    @property
    def digest(self) -> str:
        """A short hash of the owner's stylesheet; empty without one."""
        return hashlib.sha256(self.css).hexdigest()[:10] if self.css else ""

    def template(self, name: str) -> Path | None:
        """The owner's template of a name, if there is one that may be used."""
        file = self.templates / name
        inside = not name.startswith(RESERVED) and ".." not in Path(name).parts and not Path(name).is_absolute()
        return file if inside and file.is_file() else None

    def blame(self, fault: Fault) -> None:
        """Remember what is wrong with a file, and tell the log, once."""
        if fault not in self.faults:
            self.faults.append(fault)
            log.warning("%s", fault)
