"""How `serve` runs: worker processes, threads for what takes time, and the background process."""
