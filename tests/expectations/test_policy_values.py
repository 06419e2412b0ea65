"""A value of a policy that no control can judge by is refused, in both languages, with its line."""

import re

import pytest

from expectations.policy import load_policy
from pipelines.language.catalogue import translate
from pipelines.model.errors import ConfigError

WRONG = {
    "thresholds: {QLT-05: {maximum_questions: many}}": "is to be a whole number from 0 on",
    "thresholds: {QLT-05: {maximum_questions: -1}}": "is to be a whole number from 0 on",
    "thresholds: {QLT-05: {maximum_questions: 0.5}}": "is to be a whole number from 0 on",
    "thresholds: {QLT-01: {maximum_share: 5%}}": "is to be a number from 0 to 1",
    "thresholds: {QLT-01: {maximum_share: 99}}": "is to be a number from 0 to 1",
    "thresholds: {QLT-01: {maximum_share: -0.1}}": "is to be a number from 0 to 1",
    "thresholds: {QLT-01: {maximum_share: [0.1]}}": "is to be a number from 0 to 1",
    "thresholds: {QLT-01: {maximum_share: null}}": "QLT-01.maximum_share is to be a number",
    "thresholds: {QLT-01: 5}": "thresholds.QLT-01 is to be a mapping of fields",
    "thresholds: {SRC-05: {domestic: CN}}": "is to be a list",
    "thresholds: {SRC-07: {share_alike: perhaps}}": "one of: passed, cantTell, failed",
    "thresholds: {REP-01: {unanswered: untested}}": "one of: passed, cantTell, failed",
    "thresholds: {ANN-03: {risks_by_class: [A1]}}": "how many of each class",
    "duplicates: {keep: [nicest]}": "one of: first, better_licence, earlier_source, longer_text",
    "duplicates: {threshold: high}": "duplicates.threshold is to be a number",
    "duplicates: {threshold: 1.5}": "a number up to 1",
    "duplicates: {threshold: 0}": "a number above 0",
    "agreement: {draws: 3}": "a number not below 100",
    "sampling: {level: IX}": "one of: I, II, III, S-1, S-2, S-3, S-4",
    "frameworks: PIPL": "is to be a list",
    "version: ''": "version is empty, or no word",
    "waivers: [3]": "waivers.0 is to be a mapping of fields",
    "contamination: {evaluation_sets: [A b]}": "does not have the form",
    "confirmations: [{clause: IM2023 7(1), by: C, at: soon}]": "is to be a day",
}


@pytest.mark.parametrize("text", WRONG)
def test_it_is_said_in_both_languages_which_value_is_expected(tmp_path, text):
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_policy(path)
    english, chinese = (translate(caught.value.message, lang) for lang in ("en", "zh"))
    assert english.startswith("policy.yaml, line 1: ")
    assert WRONG[text] in english
    assert chinese.startswith("policy.yaml 第 1 行：")
    # words of the file and of the choices are the same in Chinese, and nothing else is English
    known = set(re.findall(r"[A-Za-z]+", f"{text} one two " + english.partition("one of: ")[2]))
    words = re.findall(r"[A-Za-z]+", chinese.removeprefix("policy.yaml"))
    assert set(words) <= known


@pytest.mark.parametrize(
    "text",
    [
        "thresholds: {QLT-01: {maximum_share: 1}}",
        "thresholds: {QLT-01: {maximum_share: 0.0}}",
        "thresholds: {QLT-05: {maximum_questions: 0}}",
        "thresholds: {ANN-03: {risks_by_class: [A.1=8]}}",
        "thresholds: {REP-01: {unanswered: failed}}",
    ],
)
def test_the_ends_of_what_is_allowed_are_allowed(tmp_path, text):
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_policy(path).digest != ""
