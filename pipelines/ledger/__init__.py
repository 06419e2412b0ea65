"""Statements, envelopes and the tree they are appended to: pure, no database, no network."""
