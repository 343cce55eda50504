"""Templates: the owner's before the house's, and the house's wherever one of the owner's fails.

`house/…` names the house's own, so that an owner's template can extend the one that it takes the place of.
"""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

from flask import Flask
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, Template, TemplateNotFound
from jinja2.exceptions import TemplateSyntaxError

from blog import paths
from blog.web.theme.owner_files import Fault, Theme

# Each is called by the name of its file: a template need not import it, which takes Jinja longer than to fill it in.
MACRO_FILES = ("icons", "parts", "lists", "social", "forms", "writing", "looks")


def init_app(app: Flask, theme: Theme) -> None:
    """Have an app look for its templates in the owner's folder first; all that they use must be there already."""
    house = FileSystemLoader(paths.templates())
    prefixed = PrefixLoader({"house": house})
    environment = app.jinja_env
    plain = environment.overlay(loader=ChoiceLoader([prefixed, house]))
    plain.globals = dict(environment.globals)  # its macros are others
    environment.loader = ChoiceLoader([OwnerLoader(theme), prefixed, house])
    environment.template_class = type("Template", (FallbackTemplate,), {"theme": theme, "house": plain})

    def renew() -> None:
        """Forget the templates that were loaded."""
        if environment.cache is not None:
            environment.cache.clear()
        for name in MACRO_FILES:
            macros = environment.globals[name] = MacroFile(name, environment, plain)
            if theme.template(f"macros/{name}.html"):
                macros.load(environment)  # what is wrong with it is told at once

    plain.globals |= {name: MacroFile(name, plain) for name in MACRO_FILES}
    renew()
    theme.on_change.append(renew)


class MacroFile:
    """The macros of a file: the owner's, and of those that the owner left out or broke, the house's.

    They are compiled when the first of them is called: that takes a tenth of a second, and most commands show no page.
    """

    def __init__(self, name: str, *environments: Environment) -> None:
        self._file, self._environments = f"macros/{name}.html", environments

    def __getattr__(self, name: str) -> object:
        """A macro by its name."""
        for environment in vars(self)["_environments"]:
            if found := getattr(self.load(environment), name, None):
                setattr(self, name, found)
                return found
        raise AttributeError(name)

    def load(self, environment: Environment) -> object:
        """All of them, as an environment has them."""
        template = environment.get_template(self._file)
        return template.macros() if isinstance(template, FallbackTemplate) else template.module


class OwnerLoader(BaseLoader):
    """Loads the owner's templates. One that cannot be compiled is none."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The source of a template, and where it lies."""
        file = self.theme.template(template)
        if file is None:
            raise TemplateNotFound(template)
        try:
            source = file.read_text("utf-8")
            environment.compile(source, template, str(file))
        except TemplateSyntaxError as error:
            self.theme.blame(Fault(file, error.lineno, _sentence(error.message or "it cannot be read")))
        except (OSError, ValueError, RecursionError) as error:
            self.theme.blame(Fault(file, 0, _sentence(f"it cannot be read ({error})")))
        else:
            return source, str(file), lambda: True
        raise TemplateNotFound(template)


class FallbackTemplate(Template):
    """A template that is made of the house's parts alone when one of the owner's fails."""

    theme: Theme
    house: Environment

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The page."""
        return self._made(lambda template: Template.render(template, *args, **kwargs))

    def render_block(self, name: str, facts: MutableMapping[str, Any]) -> str:
        """One block of the page; the house's, where the owner's template has none of that name."""

        def make(template: Template) -> str:
            found = template if name in template.blocks else self.house.get_template(str(self.name))
            return "".join(found.blocks[name](found.new_context(dict(facts))))

        return self._made(make)

    def _made(self, make: Callable[[Template], str]) -> str:
        try:
            return make(self)
        except Exception as error:
            if not self.theme.template_names or self.name is None:
                raise
            made = make(self.house.get_template(self.name))
            self.blame(error)  # now that the house's own did not fail likewise
            return made

    def macros(self) -> object:
        """Its macros, if they can be loaded."""
        try:
            try:
                return self.module
            except Exception:  # noqa: BLE001  (whatever an owner wrote)
                self.environment.handle_exception()
        except Exception as error:  # noqa: BLE001
            self.blame(error)
        return None

    def blame(self, error: Exception) -> None:
        """Tell where in the owner's templates an error comes from: Jinja names files and lines in tracebacks.

        One that comes from between them, where one of the house's uses one of the owner's, names their folder.
        """
        place, step = (self.theme.templates, 0), error.__traceback__
        while step:
            place = _place(step, self.theme.templates) or place
            step = step.tb_next
        what = str(error) or type(error).__name__
        self.theme.blame(Fault(*place, _sentence(f"{type(error).__name__}: {what}")))


def _place(step: TracebackType, folder: Path) -> tuple[Path, int] | None:
    file = Path(step.tb_frame.f_code.co_filename)
    return (file, step.tb_lineno) if file.is_relative_to(folder) else None


def _sentence(what: str) -> str:
    return f"{' '.join(what.split())[:300].rstrip('.')}. The house’s own is used in its place."
