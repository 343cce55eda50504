"""Plain text: slugs, validation, differences, words. Pure."""
