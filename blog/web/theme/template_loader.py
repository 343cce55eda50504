"""The template loader: the owner's templates first, and the built-in ones wherever one of the owner's fails.

`house/…` names the built-in templates, so that an owner's template can extend the one that it replaces.
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

# Each file is a global of this name: importing it in a template takes Jinja longer than rendering.
MACRO_FILES = ("icons", "parts", "lists", "social", "forms", "writing", "looks")


def init_app(app: Flask, theme: Theme) -> None:
    """Load templates from the owner's folder first. All globals must be registered before this call."""
    builtin = FileSystemLoader(paths.templates())
    prefixed = PrefixLoader({"house": builtin})
    environment = app.jinja_env
    fallback = environment.overlay(loader=ChoiceLoader([prefixed, builtin]))
    fallback.globals = dict(environment.globals)  # it has other macros
    environment.loader = ChoiceLoader([OwnerLoader(theme), prefixed, builtin])
    environment.template_class = type("Template", (FallbackTemplate,), {"theme": theme, "fallback": fallback})

    def reload() -> None:
        if environment.cache is not None:
            environment.cache.clear()
        for name in MACRO_FILES:
            macros = environment.globals[name] = MacroFile(name, environment, fallback)
            if theme.template_file(f"macros/{name}.html"):
                macros.load(environment)  # so that its faults are reported at once

    fallback.globals |= {name: MacroFile(name, fallback) for name in MACRO_FILES}
    reload()
    theme.on_change.append(reload)


class MacroFile:
    """The macros of a file: the owner's, and the built-in ones that the owner left out or broke.

    They are compiled at the first call: that takes a tenth of a second, and most commands render no page.
    """

    def __init__(self, name: str, *environments: Environment) -> None:
        self._file, self._environments = f"macros/{name}.html", environments

    def __getattr__(self, name: str) -> object:
        for environment in vars(self)["_environments"]:
            if macro := getattr(self.load(environment), name, None):
                setattr(self, name, macro)
                return macro
        raise AttributeError(name)

    def load(self, environment: Environment) -> object:
        """Return all macros, as loaded in an environment."""
        template = environment.get_template(self._file)
        return template.macros() if isinstance(template, FallbackTemplate) else template.module


class OwnerLoader(BaseLoader):
    """Loads the owner's templates. One that cannot be compiled counts as missing."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the source of a template, its file name, and a function that says it is up to date."""
        file = self.theme.template_file(template)
        if file is None:
            raise TemplateNotFound(template)
        try:
            source = file.read_text("utf-8")
            environment.compile(source, template, str(file))
        except TemplateSyntaxError as error:
            self.theme.report(Fault(file, error.lineno, _fault_message(error.message or "it cannot be read")))
        except (OSError, ValueError, RecursionError) as error:
            self.theme.report(Fault(file, 0, _fault_message(f"it cannot be read ({error})")))
        else:
            return source, str(file), lambda: True
        raise TemplateNotFound(template)


class FallbackTemplate(Template):
    """A template that is rendered with the built-in templates alone when one of the owner's fails."""

    theme: Theme
    fallback: Environment

    def render(self, *args: Any, **kwargs: Any) -> str:
        return self._render_or_fall_back(lambda template: Template.render(template, *args, **kwargs))

    def render_block(self, name: str, context: MutableMapping[str, Any]) -> str:
        """Render one block of the page; the built-in one if the owner's template has no block of that name."""

        def render(template: Template) -> str:
            source = template if name in template.blocks else self.fallback.get_template(str(self.name))
            return "".join(source.blocks[name](source.new_context(dict(context))))

        return self._render_or_fall_back(render)

    def _render_or_fall_back(self, render: Callable[[Template], str]) -> str:
        try:
            return render(self)
        except Exception as error:
            if not self.theme.template_names or self.name is None:
                raise
            page = render(self.fallback.get_template(self.name))
            self._report(error)  # only if the built-in template does not fail likewise
            return page

    def macros(self) -> object:
        """Return the module with the macros; None if it cannot be loaded."""
        try:
            try:
                return self.module
            except Exception:  # noqa: BLE001  (owners may write anything)
                self.environment.handle_exception()
        except Exception as error:  # noqa: BLE001
            self._report(error)
        return None

    def _report(self, error: Exception) -> None:
        """Report where in the owner's templates an error comes from: Jinja names files and lines in tracebacks.

        If it comes from a built-in template that uses one of the owner's, the report names the owner's folder.
        """
        place, traceback = (self.theme.templates, 0), error.__traceback__
        while traceback:
            place = _place_in(self.theme.templates, traceback) or place
            traceback = traceback.tb_next
        message = str(error) or type(error).__name__
        self.theme.report(Fault(*place, _fault_message(f"{type(error).__name__}: {message}")))


def _place_in(folder: Path, traceback: TracebackType) -> tuple[Path, int] | None:
    file = Path(traceback.tb_frame.f_code.co_filename)
    return (file, traceback.tb_lineno) if file.is_relative_to(folder) else None


def _fault_message(message: str) -> str:
    return f"{' '.join(message.split())[:300].rstrip('.')}. The house’s own is used in its place."
