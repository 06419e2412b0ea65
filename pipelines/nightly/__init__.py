"""The audit of every night: sweep all registered datasets, audit what changed, say what changed."""
