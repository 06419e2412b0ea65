"""The whole Chinese report as text. `TDA_WRITE_GOLDEN=1 pytest tests/report` writes it anew."""

import difflib
import os
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden" / "report.zh.txt"


def test_the_chinese_report_reads_as_it_was_agreed(page, chinese) -> None:
    text = "\n".join(page.lines(chinese)) + "\n"
    if os.environ.get("TDA_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    agreed = GOLDEN.read_text(encoding="utf-8")

    changes = list(difflib.unified_diff(agreed.splitlines(), text.splitlines(), lineterm="", n=1))

    assert not changes, "\n".join(changes[:60])
