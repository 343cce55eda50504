"""Readers of other systems' libraries. Pure: each yields documents."""
