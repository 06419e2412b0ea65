"""Charts as inline SVG made on the server: one small function a chart, each with a spoken label.

Every function takes figures and `say`, which puts a message into the reader's language. Bars start
at zero; colour means state and nothing else; what is unknown is hatched.
"""
