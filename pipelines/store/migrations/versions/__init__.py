"""One migration a change."""
