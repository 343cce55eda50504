"""How fast Broadsheet answers, beside nginx on the same machine: `make bench`."""
