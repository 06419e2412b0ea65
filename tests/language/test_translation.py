from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.language.catalogue import gettext, translate
from pipelines.language.choice import choose_language
from pipelines.language.visible import visible
from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg


def test_a_sentence_is_said_in_the_language_asked_for() -> None:
    message = msg("Records whose source cannot be told: {count}.", count=4_118)

    assert translate(message, "zh") == "来源无法判定：4,118 条。"
    assert translate(message, "en") == "Records whose source cannot be told: 4,118."


def test_a_sentence_inside_a_sentence_is_said_in_the_same_language() -> None:
    message = msg("undefined: {why}", why=msg("no labels on record"))

    assert translate(message, "zh") == "无定义：未登记标注"


def test_numbers_that_name_a_thing_have_no_separator() -> None:
    assert translate(Message("seed {seed}", {"seed": 20261118}), "en") == "seed 20261118"
    assert translate(Message("row {row}", {"row": 41873}), "en") == "row 41873"


def test_braces_of_a_sentence_without_fields_stay() -> None:
    assert translate(Message("write {zh: …}"), "en") == "write {zh: …}"


def test_fields_inside_a_value_are_not_filled() -> None:
    assert translate(Message("{name}", {"name": "{count}"}), "zh") == "{count}"


def test_a_sentence_without_a_translation_is_said_in_english() -> None:
    assert gettext("a sentence nobody translated", "zh") == "a sentence nobody translated"
    assert gettext("", "zh") == ""


def test_what_hides_or_turns_text_is_named() -> None:
    assert visible("a\u202eb\x1b[31m") == "a⟨U+202E⟩b⟨U+001B⟩[31m"
    assert visible("名\n字") == "名⟨U+000A⟩字"
    assert visible("\udc80") == "⟨U+DC80⟩"


def test_a_value_in_a_sentence_is_made_visible() -> None:
    assert translate(Message("{file}", {"file": "\x1b]0;x\x07"}), "en") == "⟨U+001B⟩]0;x⟨U+0007⟩"


@settings(max_examples=100)
@given(st.text(max_size=700))
def test_shown_text_is_printable_and_bounded(text: str) -> None:
    shown = visible(text, limit=50)

    assert all(char.isprintable() or category(char) == "Zs" for char in shown)
    assert len(shown) <= 50 * 10 + 12
    assert not [char for char in shown if char in "\u202a\u202b\u202d\u202e\u2066\u2067\u200f\x1b"]


@pytest.mark.parametrize(
    ("option", "environ", "expected"),
    [
        ("zh", {"LANG": "en_US.UTF-8"}, "zh"),
        (None, {"TDA_LANG": "zh", "LANG": "en_US.UTF-8"}, "zh"),
        (None, {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        (None, {"LANG": "zh_TW.UTF-8"}, "zh"),
        (None, {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {}, "en"),
        ("EN", {"TDA_LANG": "zh"}, "en"),
    ],
)
def test_the_option_outranks_the_environment(option, environ, expected) -> None:
    assert choose_language(option, environ) == expected


def test_an_unknown_language_is_refused_with_a_remedy() -> None:
    with pytest.raises(ConfigError) as refused:
        choose_language("fr", {})

    assert translate(refused.value.advice, "zh") == "请用 --lang zh 或 --lang en"
