import pytest

from pipelines.report.clauses import clause_label, clause_order, numeral


@pytest.mark.parametrize(
    ("clause", "zh", "en"),
    [
        ("IM2023 7(1)", "第七条（一）", "Art. 7(1)"),
        ("IM2023 19", "第十九条", "Art. 19"),
        ("PIPL 55", "个保法第五十五条", "PIPL Art. 55"),
        ("TC260-003 5.1 c) 1)", "TC260-003 5.1 c) 1)", "TC260-003 5.1 c) 1)"),
    ],
)
def test_a_clause_is_called_as_a_reader_writes_it(clause: str, zh: str, en: str) -> None:
    label = clause_label(clause)

    assert (label.zh, label.en) == (zh, en)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (10, "十"),
        (20, "二十"),
        (42, "四十二"),
        (101, "一百零一"),
        (110, "一百一十"),
        (300, "三百"),
    ],
)
def test_chinese_numerals_of_articles(number: int, text: str) -> None:
    assert numeral(number) == text


def test_clauses_of_the_measures_come_first_and_by_number() -> None:
    clauses = ["PIPL 13", "IM2023 19", "IM2023 7(2)", "DSL 21", "IM2023 7(1)", "IM2023 8"]

    assert sorted(clauses, key=clause_order) == [
        "IM2023 7(1)",
        "IM2023 7(2)",
        "IM2023 8",
        "IM2023 19",
        "DSL 21",
        "PIPL 13",
    ]
