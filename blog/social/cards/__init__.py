"""Social cards: the pictures that shared links show, drawn as jobs and stored as files."""
