"""Import libraries of texts from other systems."""
