"""Stored pictures: check, encode and store files, and build their HTML."""
