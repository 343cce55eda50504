"""People who may write: passwords, sign-in, sessions, invitations, limits."""
