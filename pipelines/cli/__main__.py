"""`python -m pipelines.cli` is `tda`."""

from pipelines.cli import main

main()
