"""One outside format or system a file: how to read it, and its errors."""
