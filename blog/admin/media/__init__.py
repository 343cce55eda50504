"""The media library of an author, and copies of remote pictures."""
