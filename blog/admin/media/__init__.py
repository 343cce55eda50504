"""The media library, and copies of remote pictures."""
