"""Readers of other systems' libraries: pure, they yield documents."""
