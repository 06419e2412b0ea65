"""Arrays in, arrays out: text, identifiers, sketches, agreement, sampling."""
