"""Examine a blog and its machine, and fix what can be fixed. One module per subject."""
