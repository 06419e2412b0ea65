"""One report model, rendered as HTML and JSON, zh and en."""
