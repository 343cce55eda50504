"""The command lines that are compared, and what runs them."""
