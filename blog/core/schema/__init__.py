"""The database schema: migrations, triggers, counters, integrity."""
