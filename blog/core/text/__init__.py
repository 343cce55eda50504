"""Plain text: slugs, validation, differences, word counts. Pure."""
