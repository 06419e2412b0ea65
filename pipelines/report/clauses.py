"""How a clause is called: `IM2023 7(1)` is Art. 7(1), or 第七条（一）."""

import re

from pipelines.report.catalogue_view import Bilingual

MEASURES = "IM2023"
"""The Interim Measures; its clauses come first and carry no framework name in their table."""

_ARTICLE = re.compile(r"(\d{1,3})(?:\((\d{1,2})\))?")
_DIGITS = "〇一二三四五六七八九"
_ARTICLES = {MEASURES: Bilingual(zh="", en=""), "PIPL": Bilingual(zh="个保法", en="PIPL ")}


def framework_of(clause: str) -> str:
    """`IM2023` of `IM2023 7(1)`."""
    return clause.split(" ", 1)[0]


def clause_label(clause: str) -> Bilingual:
    """The clause as a reader writes it; what is no plain article number stays as it is."""
    framework, _, number = clause.partition(" ")
    prefix = _ARTICLES.get(framework)
    match = _ARTICLE.fullmatch(number)
    if prefix is None or match is None:
        return Bilingual(zh=clause, en=clause)
    article, item = match.groups()
    zh = f"{prefix.zh}第{numeral(int(article))}条"
    en = f"{prefix.en}Art. {article}"
    if item is not None:
        zh, en = f"{zh}（{numeral(int(item))}）", f"{en}({item})"
    return Bilingual(zh=zh, en=en)


def numeral(number: int) -> str:
    """Chinese numeral of 1 … 999, as articles are numbered."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def clause_order(clause: str) -> tuple[int, str, tuple[int, ...], str]:
    """Sort key: the Measures first, then by framework and the numbers of the clause."""
    framework = framework_of(clause)
    numbers = tuple(int(digits) for digits in re.findall(r"\d{1,9}", clause[len(framework) :]))
    return (0 if framework == MEASURES else 1, framework, numbers, clause)
