"""HTTP: what all responses have in common. Knows nothing of posts."""
