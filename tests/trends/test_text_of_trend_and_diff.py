"""What a person reads of `tda trend` and `tda diff`, in either language."""

import re

import pytest

from pipelines.cli.changes_text import FIELDS
from pipelines.language.catalogue import Language, translate
from pipelines.language.width import columns_of
from pipelines.stages import changes as comparing
from pipelines.stages.history import points_of
from pipelines.store import runs

DATA = re.compile(
    r"sha256:[0-9a-f]+|run-[0-9a-f-]+|[abc]\.jsonl|来源 (one|two)|MIT|Apache-2\.0|tda|\S+\.parquet"
)
"""What is the same in every language."""


def test_the_chinese_text_is_chinese(watched, tda):
    code, said = tda("diff", watched.before, watched.after, lang="zh")
    assert code == 0
    lines = said.out.splitlines()[:-1]  # the last is the path of the Parquet file
    english = [line for line in lines if re.search("[a-z]{3}", DATA.sub("", line))]
    assert english == []
    assert "新增记录：2" in lines
    assert "  新增标识符：a.jsonl#3 电子邮件 有效" in lines
    assert "来源 one 许可：MIT → Apache-2.0" in lines
    assert any(line.startswith("文件 c.jsonl：sha256:") for line in lines)
    assert any(line.startswith("数据版本：sha256:") for line in lines)


def test_a_control_with_the_same_outcome_says_what_is_another(watched, tda):
    _, said = tda("diff", watched.before, watched.after)
    lines = said.out.splitlines()
    outcomes = "Not met|Cannot tell|Not tested|Met|Inapplicable|–"
    controls = [line for line in lines if re.match(r"[A-Z]{2,4}-\d\d: ", line)]
    assert any(line.startswith("QLT-01: Met → Not met (") for line in controls)
    same = [line for line in controls if not re.match(rf"\S+: ({outcomes}) → ", line)]
    assert same
    for line in same:
        assert re.fullmatch(rf"\S+: ({outcomes}) \(.+ → .+\)", line), line
    assert "PI-01: Met (whole dataset 12 → 13)" in same
    assert "SRC-07: Met (source one 6 → 5; source two 6 → 8)" in same
    for control, before, after in re.findall(rf"(\S+): ({outcomes}) → ({outcomes}) ", said.out):
        assert before != after, control


def test_every_field_that_can_differ_has_a_name(watched):
    store = watched.store
    (point,) = points_of(store, [runs.run(store, watched.after)])
    dataset = runs.dataset_of(store, watched.after)
    fields = {*comparing._source(dataset.sources[0]), *comparing._stated(dataset, point)}
    assert set(FIELDS) == (fields - {"gate"}) | {"source"}
    for word in FIELDS.values():
        assert re.search("[\u4e00-\u9fff]", translate(word, "zh"))


@pytest.mark.parametrize("lang", list(Language))
def test_the_columns_of_a_trend_stand_under_their_headings(tda, lang):
    _, said = tda("trend", "watched", lang=lang)
    head, *rows = said.out.splitlines()
    assert len(rows) == 3
    assert {columns_of(line) for line in rows} == {columns_of(head)}
    for place in range(2, len(re.split("  +", head))):
        ends = {columns_of(end_of(line, place)) for line in (head, *rows)}
        assert len(ends) == 1, (place, ends)


def end_of(line: str, place: int) -> str:
    """The line up to the end of its cell at `place`."""
    cells = list(re.finditer(r"\S+(?: \S+)*", line))
    return line[: cells[place].end()]
