"""The audit database and the evidence kept beside it."""
