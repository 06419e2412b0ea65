"""Where a function per shard and one SQL text run."""
