"""What the audit talks about, as frozen values: standard library and Arrow schemas only."""
