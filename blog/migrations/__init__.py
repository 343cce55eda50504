"""Numbered schema steps (Alembic). `HEAD` is the newest: known without importing Alembic, for a quick start."""

HEAD = "0011"
