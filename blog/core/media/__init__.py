"""The media library: the pictures an author sees, where each is used, and copies of remote ones."""
