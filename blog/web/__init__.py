"""Manners: what every answer has in common. Knows HTTP, not posts."""
