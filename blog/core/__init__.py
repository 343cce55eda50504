"""Verbs: everything the blog can do, and the transactions that hold it together."""
