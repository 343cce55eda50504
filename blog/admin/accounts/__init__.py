"""Sign-in, the first account, the author's own account, and the other authors."""
