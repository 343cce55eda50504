"""Numbered Alembic migrations. `HEAD` is the newest; it stands here so that a start need not import Alembic."""

HEAD = "0011"
