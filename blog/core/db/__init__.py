"""Transactions, compiled queries, joins in a fixed order, keyset pages, and the watcher of public changes."""
