"""Speedups: work that the many blogs of the tests share, because its result depends on the code alone.

Nothing here changes what a blog answers.
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
def speedups() -> Iterator[None]:
    """Use all speedups during the block."""
    with Patch.context() as patch:
        for speedup in (_share_templates, _share_statements, _share_url_rules, _cheap_passwords):
            speedup(patch)
        yield


class _Compiled(BytecodeCache):
    """Templates as Jinja compiled them, by name and source."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.codes[bucket.key, bucket.checksum] = bucket.code


def _share_templates(patch: Patch) -> None:
    """Jinja compiles each template once, not once an app."""
    patch.setitem(Flask.jinja_options, "bytecode_cache", _Compiled())


def _share_statements(patch: Patch) -> None:
    """SQLAlchemy writes each statement once, not once an engine: a fifth of the time that most tests took.

    It keeps what it wrote by dialect and statement. All dialects of the tests are the same SQLite's.
    """
    shared: LRUCache[Any, Any] = LRUCache(5000)
    patch.setattr(Engine, "_compiled_cache", property(lambda _: shared, lambda _, own: None), raising=False)
    patch.setattr(SQLiteDialect, "__eq__", lambda self, other: _identity(self) == _identity(other))
    patch.setattr(SQLiteDialect, "__hash__", lambda self: hash(_identity(self)))


def _identity(dialect: Any) -> tuple[type, Any]:
    return type(dialect), getattr(dialect, "dbapi", None)


def _share_url_rules(patch: Patch) -> None:
    """Werkzeug takes each rule apart once, not once an app, and learns how to build its addresses when asked to."""
    compiled, build = Rule.compile, Rule._compile_builder
    rules: dict[Any, Any] = {}
    builders: dict[Any, Callable[..., Any]] = {}

    def key_of(rule: Rule) -> Any:
        assert rule.map is not None
        return rule.rule, rule.subdomain, rule.merge_slashes, frozenset(rule.map.converters.items())

    def compile_once(rule: Rule) -> None:
        if (key := key_of(rule)) not in rules:
            compiled(rule)
            rules[key] = rule._parts, rule._trace, rule._converters
        rule._parts, rule._trace, rule._converters = rules[key]
        rule.arguments.update(rule._converters)
        rule._build, rule._build_unknown = (builder(rule, unknown).__get__(rule, None) for unknown in (False, True))

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        built: list[Callable[..., Any]] = []

        def later(*arguments: Any, **values: Any) -> Any:
            if not built:
                key = key_of(rule), append_unknown, tuple((rule.defaults or {}).items())
                if key not in builders:
                    builders[key] = build(rule, append_unknown)
                built.append(builders[key])
            return built[0](*arguments, **values)

        return later

    patch.setattr(Rule, "compile", compile_once)
    patch.setattr(Rule, "_compile_builder", builder)


class _Cheap(argon2.PasswordHasher):
    """Hashes at a thousandth of the real cost."""

    def __init__(self, time_cost: int = 1, memory_cost: int = 8, parallelism: int = 1, **others: Any) -> None:
        super().__init__(time_cost, memory_cost, parallelism, **others)


def _cheap_passwords(patch: Patch) -> None:
    """A password is meant to cost more than whole tests do."""
    patch.setattr(argon2, "PasswordHasher", _Cheap)


@contextmanager
def slow_passwords() -> Iterator[None]:
    """Hash passwords at their real cost during the block."""
    with Patch.context() as patch:
        patch.setattr(argon2, "PasswordHasher", _Cheap.__base__)
        credentials._dummy_hash.cache_clear()
        yield
        credentials._dummy_hash.cache_clear()
