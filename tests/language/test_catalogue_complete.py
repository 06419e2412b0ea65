"""Everything said to a reader is said in Chinese too, with the same fields and the same digits.

After a new sentence run `python -m pipelines.language.extract` and translate it in the PO file.
"""

import re
from collections import Counter
from io import BytesIO
from string import Formatter

import pytest
from babel.messages.mofile import write_mo

from pipelines.language.extract import MO, PACKAGES, load, sentences

FIELD = re.compile(r"\{[^}]*\}")
DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
ARTICLE = re.compile(r"\b(?:Article|Articles|Art\.|section|Section|PIPL)\b")
"""Numbers of articles are words in Chinese: 第七条."""


@pytest.fixture(scope="module")
def catalogue():
    return load()


@pytest.fixture(scope="module")
def said():
    return sentences()


@pytest.fixture(scope="module")
def pairs(catalogue):
    return [(str(m.id), str(m.string)) for m in catalogue if m.id and m.string]


def _fields(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_every_sentence_of_the_code_has_a_translation(said, catalogue) -> None:
    known = {str(message.id) for message in catalogue if message.id and message.string}

    missing = {text: places for text, places in said.items() if text not in known}

    assert not missing, f"run python -m pipelines.language.extract, then translate: {missing}"


def test_no_sentence_is_kept_that_nobody_says(said, catalogue) -> None:
    assert {str(message.id) for message in catalogue if message.id} <= set(said)


def test_sentences_are_found_in_code_and_in_templates(said) -> None:
    assert "Not yet decided" in said
    assert any(place.endswith(".j2") for place in said["Not yet decided"])
    assert "pipelines/report/words.py" in said["Not met"]
    assert {place.split("/")[0] for places in said.values() for place in places} == set(PACKAGES)


def test_no_translation_is_uncertain(catalogue) -> None:
    assert not [message.id for message in catalogue if message.fuzzy]


def test_the_compiled_catalogue_is_the_written_one(catalogue) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue)

    assert MO.read_bytes() == compiled.getvalue()


def test_a_translation_has_the_fields_of_its_sentence(pairs) -> None:
    wrong = [(text, zh) for text, zh in pairs if set(_fields(text)) != set(_fields(zh))]

    assert not wrong


def test_a_translation_has_the_digits_of_its_sentence(pairs) -> None:
    wrong = []
    for text, zh in pairs:
        if ARTICLE.search(text):
            continue
        english, chinese = (Counter(DIGITS.findall(FIELD.sub("", t))) for t in (text, zh))
        if english != chinese:
            wrong.append((text, zh))

    assert not wrong


def test_a_translation_is_chinese(pairs) -> None:
    latin = {
        text for text, zh in pairs if text == zh and re.search("[a-z]{3}", FIELD.sub("", text))
    }

    assert latin <= {"Cohen κ", "Fleiss κ", "Gwet AC1", "Krippendorff α"}


def test_no_word_of_judgement_is_used_in_either_language(pairs) -> None:
    assert not [text for text, _ in pairs if re.search(r"(?i)\b(compliant|guaranteed)\b", text)]
    assert not [zh for _, zh in pairs if re.search("合规|违法", zh)]


def test_one_idea_has_one_word(pairs) -> None:
    words = dict(pairs)

    assert words["Not met"] == "不满足"
    assert words["Cannot tell"] == "无法判定"
    assert words["Not tested"] == "未检测"
    assert words["Met"] == "满足"
    assert words["Inapplicable"] == "不涉及"
    assert words["Not established"] == "未能证实"
    assert words["Does not conform"] == "不符合"
    assert words["Conforms"] == "符合"
    assert (words["Fail"], words["Incomplete"]) == ("不通过", "证据不足")
    assert (words["Conditional"], words["Pass"]) == ("有条件通过", "通过")
    assert (words["recomp."], words["re-run"], words["attested"]) == ("复算", "重跑", "陈述")
    assert words["Not yet decided"] == "尚未决定"
