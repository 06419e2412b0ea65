"""The one order of the stages: cheap to import, so that a DAG file can read it."""

ORDER = (
    "register",
    "ingest",
    "scan",
    "relate",
    "compare",
    "profile",
    "validate",
    "sample",
    "controls",
    "gate",
    "seal",
    "report",
)
"""Each is a module of this package with a function of the same name, `inputs`, VERSION, POLICY."""
