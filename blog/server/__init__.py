"""How `serve` runs: worker processes, their threads, and the background process."""
