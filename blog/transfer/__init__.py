"""Bring whole libraries of texts in."""
