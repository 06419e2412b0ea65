"""The controls catalogue: what must be true of a dataset version, and of what clause."""
