"""What the many blogs of the tests need not do again, each for itself: they are built from the same code.

Nothing here changes what a blog answers. Each saving is of work whose result depends on the code alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

import argon2
import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from blog.core.accounts import credentials

Patch = pytest.MonkeyPatch


@contextmanager
def savings() -> Iterator[None]:
    """All of them."""
    with Patch.context() as patch:
        for saved in (_templates_compiled, _statements_compiled, _addresses_read, _passwords_cheap):
            saved(patch)
        yield


class _Compiled(BytecodeCache):
    """Templates as Jinja compiled them, by name and source."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.known[bucket.key, bucket.checksum] = bucket.code


def _templates_compiled(patch: Patch) -> None:
    """Jinja compiles each template once, not once an app."""
    patch.setitem(Flask.jinja_options, "bytecode_cache", _Compiled())


def _statements_compiled(patch: Patch) -> None:
    """SQLAlchemy writes each statement once, not once an engine: a fifth of the time that most tests took.

    It keeps what it wrote by dialect and statement. All dialects of the tests are the same SQLite's.
    """
    shared: LRUCache[Any, Any] = LRUCache(5000)
    patch.setattr(Engine, "_compiled_cache", property(lambda _: shared, lambda _, own: None), raising=False)
    patch.setattr(SQLiteDialect, "__eq__", lambda self, other: _what(self) == _what(other))
    patch.setattr(SQLiteDialect, "__hash__", lambda self: hash(_what(self)))


def _what(dialect: Any) -> tuple[type, Any]:
    return type(dialect), getattr(dialect, "dbapi", None)


def _addresses_read(patch: Patch) -> None:
    """Werkzeug takes each rule apart once, not once an app, and learns how to build its addresses when asked to."""
    compiled, build = Rule.compile, Rule._compile_builder
    known: dict[Any, Any] = {}
    built: dict[Any, Callable[..., Any]] = {}

    def key_of(rule: Rule) -> Any:
        assert rule.map is not None
        return rule.rule, rule.subdomain, rule.merge_slashes, frozenset(rule.map.converters.items())

    def compile_once(rule: Rule) -> None:
        if (key := key_of(rule)) not in known:
            compiled(rule)
            known[key] = rule._parts, rule._trace, rule._converters
        rule._parts, rule._trace, rule._converters = known[key]
        rule.arguments.update(rule._converters)
        rule._build, rule._build_unknown = (builder(rule, unknown).__get__(rule, None) for unknown in (False, True))

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        made: list[Callable[..., Any]] = []

        def later(*given: Any, **values: Any) -> Any:
            if not made:
                key = key_of(rule), append_unknown, tuple((rule.defaults or {}).items())
                if key not in built:
                    built[key] = build(rule, append_unknown)
                made.append(built[key])
            return made[0](*given, **values)

        return later

    patch.setattr(Rule, "compile", compile_once)
    patch.setattr(Rule, "_compile_builder", builder)


class _Cheap(argon2.PasswordHasher):
    """Hashes as the real one does, for a thousandth of its price."""

    def __init__(self, time_cost: int = 1, memory_cost: int = 8, parallelism: int = 1, **others: Any) -> None:
        super().__init__(time_cost, memory_cost, parallelism, **others)


def _passwords_cheap(patch: Patch) -> None:
    """A password is meant to cost more than whole tests do."""
    patch.setattr(argon2, "PasswordHasher", _Cheap)


@contextmanager
def passwords_dear() -> Iterator[None]:
    """Passwords hashed as for real blogs meanwhile."""
    with Patch.context() as patch:
        patch.setattr(argon2, "PasswordHasher", _Cheap.__base__)
        credentials._dummy_hash.cache_clear()
        yield
        credentials._dummy_hash.cache_clear()
