"""Transactions, compiled queries, keyset pages, and the watcher of public changes."""
