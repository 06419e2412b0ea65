import json
from datetime import date
from decimal import Decimal

import pytest

from expectations.keep import Keep
from expectations.policy import Policy, load_policy
from pipelines.model.errors import ConfigError
from pipelines.model.ids import digest_of

DIGEST = "sha256:" + "a" * 64
WAIVER = (
    "waivers:\n  - {{id: W1, control: {control}, reason: r, requested_by: {asked}, "
    "approved_by: C-02, from: 2026-11-01, to: {end}}}\n"
)


def written(tmp_path, text):
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        load_policy(written(tmp_path, text))
    assert str(caught.value.advice)
    return str(caught.value.message)


def test_the_default_policy_reads_back_from_its_json_with_the_same_digest():
    policy = load_policy()
    again = Policy.from_json(policy.to_json())
    assert again == policy
    assert again.digest == policy.digest
    assert again.thresholds["QLT-01"]["maximum_share"] == Decimal("0.05")
    assert again.thresholds["SRC-05"]["domestic"] == ("CN",)


def test_a_policy_file_says_only_what_differs(tmp_path):
    text = "version: ours-1\nthresholds:\n  QLT-01: {maximum_share: 0.10}\n"
    policy = load_policy(written(tmp_path, text))
    assert policy.version == "ours-1"
    assert policy.thresholds["QLT-01"]["maximum_share"] == Decimal("0.10")
    assert policy.thresholds["QLT-01"]["minimum_records"] == 100
    assert policy.digest != load_policy().digest


def test_a_rule_of_keeping_is_one_criterion_or_several(tmp_path):
    one = load_policy(written(tmp_path, "duplicates: {keep: longer_text}\n")).duplicates
    assert one.keep == (Keep.LONGER_TEXT,)
    assert one.threshold == Decimal("0.8")
    several = load_policy(
        written(tmp_path, "duplicates: {keep: [better_licence, longer_text, first]}\n")
    ).duplicates
    assert several.keep == (Keep.BETTER_LICENCE, Keep.LONGER_TEXT, Keep.FIRST)
    assert load_policy().duplicates.keep == (Keep.FIRST,)


def test_two_files_that_say_the_same_have_the_same_digest(tmp_path):
    one = load_policy(written(tmp_path, "version: v\nduplicates: {threshold: 0.9}\n"))
    two = load_policy(written(tmp_path, "duplicates:\n  threshold: 0.9\n\nversion: 'v'\n"))
    assert one.digest == two.digest


def test_a_stage_key_reads_only_the_part_it_names(tmp_path):
    policy = load_policy(written(tmp_path, "thresholds:\n  QLT-03: {maximum_share: 0.9}\n"))
    default = load_policy()
    assert policy.part(["duplicates"]) == default.part(["duplicates"])
    assert policy.part(["thresholds"]) != default.part(["thresholds"])
    assert policy.part(["thresholds.QLT-03"]) == {"thresholds.QLT-03": {"maximum_share": "0.9"}}
    with pytest.raises(KeyError):
        policy.part(["nonsense"])


def test_an_empty_policy_file_is_the_default_policy(tmp_path):
    assert load_policy(written(tmp_path, "# nothing differs\n")).digest == load_policy().digest


def test_attestations_confirmations_and_waivers_are_read(tmp_path):
    text = (
        WAIVER.format(control="ANN-07", asked="Q-01", end="2026-12-31")
        + "confirmations:\n  - {clause: GBT45652 6.2 a, by: C, at: 2026-11-02,"
        + f" digest: '{DIGEST}'}}\n"
        + "attestations:\n  - {control: SRC-18, outcome: passed, by: L, role: legal,"
        + " at: 2026-11-03, reason: filed, evidence: [a.pdf]}\n"
    )
    policy = load_policy(written(tmp_path, text))
    assert policy.waivers[0].in_force(date(2026, 12, 31))
    assert not policy.waivers[0].in_force(date(2027, 1, 1))
    assert policy.confirmations[0].clause == "GBT45652 6.2 a"
    assert policy.attestations[0].evidence == ("a.pdf",)
    assert Policy.from_json(policy.to_json()) == policy


def test_evaluation_sets_are_all_or_those_that_are_named(tmp_path):
    every = load_policy()
    assert every.contamination.evaluation_sets is None
    assert every.part(["contamination"]) == {
        "contamination": {
            "evaluation_sets": "all",
            "inside_threshold": "0.8",
            "threshold": "0.8",
        }
    }
    some = load_policy(written(tmp_path, "contamination: {evaluation_sets: [exam, refusals]}\n"))
    assert some.contamination.evaluation_sets == ("exam", "refusals")
    for policy in (every, some):
        assert Policy.from_json(policy.to_json()) == policy
    # a run from before there was this part reads as the default
    old = json.loads(every.to_json())
    del old["contamination"]
    assert Policy.from_json(json.dumps(old)).contamination == every.contamination


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("version: v\nthresold: {}\n", 2, "thresold"),
        ("version: v\nduplicates:\n  threshold: high\n", 3, "duplicates.threshold"),
        ("duplicates:\n  threshold: 1.5\n", 2, "duplicates.threshold"),
        ("duplicates:\n  keep: last\n", 2, "duplicates.keep.0"),
        ("duplicates:\n  keep: [first, longer_text]\n", 1, "after `first`"),
        ("duplicates:\n  keep: [longer_text, longer_text]\n", 1, "twice"),
        ("duplicates:\n  keep: []\n", 2, "duplicates.keep"),
        ("duplicates:\n  licence_order: [open, unknown]\n", 1, "non_commercial"),
        ("contamination: {threshold: 0}\n", 1, "contamination.threshold"),
        ("contamination: {evaluation_sets: []}\n", 1, "names each dataset once"),
        ("contamination:\n  evaluation_sets: [a, a]\n", 1, "names each dataset once"),
        ("contamination:\n  evaluation_sets: none\n", 2, "contamination.evaluation_sets"),
        ("contamination:\n  evaluation_sets: [A b]\n", 2, "contamination.evaluation_sets.0"),
        ("sampling: {level: IX}\n", 1, "sampling.level"),
        ("thresholds:\n  QLT-01:\n    maximum: 0.1\n", 3, "thresholds.QLT-01.maximum"),
        ("thresholds:\n  QLT-99: {maximum_share: 0.1}\n", 2, "thresholds.QLT-99.maximum_share"),
        ("attestations:\n  - {control: SRC-18}\n", 2, "attestations.0.outcome"),
        ("version: v\nfoo: &a [1]\nbar: *a\n", 3, "aliases"),
        ("version: v\nversion: w\n", 2, "version"),
        ("version: v\n  oops: [\n", 2, "not YAML"),
        ("- just\n- a list\n", 1, "mapping"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_field(tmp_path, text, line, field):
    said = refused(tmp_path, text)
    assert said.startswith(f"policy.yaml, line {line}")
    assert field in said


def test_a_waiver_needs_two_people_and_runs_forwards(tmp_path):
    alone = refused(tmp_path, WAIVER.format(control="ANN-07", asked="c-02", end="2026-12-31"))
    assert "somebody else" in alone
    backwards = refused(tmp_path, WAIVER.format(control="ANN-07", asked="Q", end="2026-10-01"))
    assert "last day" in backwards


def test_a_control_or_clause_that_does_not_exist_is_a_mistake(tmp_path):
    text = WAIVER.format(control="ANN-77", asked="Q-01", end="2026-12-31")
    assert "ANN-77" in refused(tmp_path, text)
    text = f"confirmations:\n  - {{clause: IM2023 99, by: C, at: 2026-11-02, digest: '{DIGEST}'}}\n"
    assert "IM2023 99" in refused(tmp_path, text)
    assert "MARS" in refused(tmp_path, "frameworks: [MARS]\n")


def test_an_attestation_that_a_control_is_met_names_its_evidence(tmp_path):
    text = (
        "attestations:\n  - {control: SRC-18, outcome: passed, by: L, role: r, at: 2026-11-03,"
        " reason: r}\n"
    )
    assert "evidence" in refused(tmp_path, text)


def test_a_missing_or_enormous_file_is_a_sentence_and_no_traceback(tmp_path):
    with pytest.raises(ConfigError, match="cannot be opened"):
        load_policy(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="larger"):
        load_policy(written(tmp_path, "# " + "x" * 1_000_001))
    assert "deep" in refused(tmp_path, "a: " + "[" * 40 + "]" * 40)


def test_the_policy_of_a_run_from_before_there_was_an_order_of_licences_is_still_read():
    recorded = json.loads(load_policy().to_json())
    recorded["duplicates"] = {"keep": "first", "threshold": "0.8"}
    assert Policy.from_json(json.dumps(recorded)).duplicates == load_policy().duplicates


def test_a_keyword_library_is_named_with_the_digest_of_its_bytes(tmp_path):
    (tmp_path / "keywords.csv").write_bytes(b"term,risk\nx,A.1.a\n")
    named = load_policy(written(tmp_path, "keywords: {library: keywords.csv}\n"))
    assert named.keywords.library == "keywords.csv"
    assert named.keywords.digest == digest_of(b"term,risk\nx,A.1.a\n")
    assert Policy.from_json(named.to_json()) == named
    (tmp_path / "keywords.csv").write_bytes(b"term,risk\ny,A.1.a\n")
    changed = load_policy(tmp_path / "policy.yaml")
    assert changed.digest != named.digest
    assert changed.part(["keywords.digest"]) != named.part(["keywords.digest"])
    assert load_policy().part(["keywords.digest"]) == {"keywords.digest": None}


@pytest.mark.parametrize("name", ["/etc/keywords.csv", "../keywords.csv", "a/../../k.csv", "k.tsv"])
def test_a_keyword_library_lies_beside_the_policy(tmp_path, name):
    error = refused(tmp_path, f"keywords: {{library: {name}}}\n")
    assert "line 1: keywords.library is a .csv file" in error


def test_a_keyword_library_that_cannot_be_had_is_a_sentence(tmp_path, monkeypatch):
    text = "version: v\nkeywords:\n  library: keywords.csv\n"
    assert "line 3: keywords.library cannot be opened" in refused(tmp_path, text)
    (tmp_path / "keywords.csv").mkdir()
    assert "cannot be opened" in refused(tmp_path, text)
    (tmp_path / "keywords.csv").rmdir()
    monkeypatch.setattr("expectations.keyword_file.MAX_BYTES", 10)
    (tmp_path / "keywords.csv").write_bytes(b"x" * 11)
    assert "larger than 10 bytes" in refused(tmp_path, text)


def test_nobody_states_the_digest_of_a_library(tmp_path):
    digest = "sha256:" + "0" * 64
    error = refused(tmp_path, f"keywords: {{digest: '{digest}'}}\n")
    assert "there is no field keywords.digest" in error
