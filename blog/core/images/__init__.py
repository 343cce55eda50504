"""Picture files: checking, encoding, storing, and the sizes offered to browsers."""
