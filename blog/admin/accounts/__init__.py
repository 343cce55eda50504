"""Sign in, first account, own account, and the other authors."""
