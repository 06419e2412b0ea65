"""What the form of audit_dataset offers, and what its tasks refuse."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from pipelines.airflow.asked import PARAMETERS, read_asked
from pipelines.airflow.form import audit_form
from pipelines.model.errors import ConfigError
from pipelines.registry_file import Entry, read_registry, registry_path, write_registry
from pipelines.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "support-dialogues"
MANIFEST = EXAMPLE / "dataset.yaml"
REGISTERED = {"support-dialogues": Entry(manifest=str(MANIFEST), purpose="fine_tune")}


def ask(settings: Settings, registered=REGISTERED, **params: object):
    return read_asked(params, registered=registered, settings=settings)


def refusal(settings: Settings, registered=REGISTERED, **params: object) -> str:
    with pytest.raises(ConfigError) as caught:
        ask(settings, registered, **params)
    return f"{caught.value.message}. {caught.value.advice}."


def test_a_registered_dataset_brings_its_manifest_and_its_policy(settings, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: strict-1\n", encoding="utf-8")
    entry = Entry(manifest=str(MANIFEST), policy=str(policy))
    asked = ask(settings, {"support-dialogues": entry}, dataset="support-dialogues")
    assert (asked.manifest, asked.policy) == (MANIFEST, policy)


def test_a_manifest_that_is_not_registered_is_audited_all_the_same(settings):
    asked = ask(settings, {}, manifest=str(MANIFEST), purpose="fine_tune", dataset=None, policy="")
    assert (asked.manifest, asked.policy) == (MANIFEST, None)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"dataset": "nobody-knows"}, "nobody-knows is not registered"),
        ({}, "either a registered dataset or the path of a manifest"),
        ({"dataset": "support-dialogues", "manifest": str(MANIFEST)}, "give one of the two"),
        ({"manifest": "dataset.yaml"}, "dataset.yaml is not absolute"),
        ({"manifest": str(MANIFEST), "purpose": "pretrain"}, "the purpose asked for is pretrain"),
        (
            {"manifest": str(MANIFEST), "policy": "/no/such/policy.yaml"},
            "the policy policy.yaml cannot",
        ),
        ({"manifest": str(MANIFEST), "policy": "policy.yaml"}, "policy.yaml is not absolute"),
        ({"manifest": ["a"]}, "manifest is not a text"),
        ({"manifest": str(MANIFEST), "polcy": "/p.yaml"}, "polcy. did you mean policy?"),
        ({"manifest": str(MANIFEST), "colour": "red"}, "the parameters are: dataset, manifest"),
    ],
)
def test_what_nobody_can_follow_is_refused_with_a_sentence(params, sentence, settings):
    assert sentence in refusal(settings, **params)


def test_a_manifest_outside_the_roots_is_refused_links_resolved(settings, tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    rooted = dataclasses.replace(settings, roots=(inside,))
    (inside / "link.yaml").symlink_to(MANIFEST)
    for given in (str(MANIFEST), str(inside / "link.yaml"), f"{inside}/../x.yaml"):
        assert "lies outside the roots" in refusal(rooted, manifest=given)
    shutil.copytree(EXAMPLE, inside / "copy")
    asked = ask(rooted, manifest=str(inside / "copy" / "dataset.yaml"))
    assert asked.manifest.is_file()


def test_whoever_registered_a_manifest_may_have_it_outside_the_roots(settings, tmp_path):
    rooted = dataclasses.replace(settings, roots=(tmp_path,))
    assert ask(rooted, dataset="support-dialogues").manifest == MANIFEST


def test_a_manifest_that_has_become_another_dataset_is_refused(settings):
    renamed = {"old-name": REGISTERED["support-dialogues"]}
    sentence = refusal(settings, renamed, dataset="old-name")
    assert "the manifest of old-name describes support-dialogues now" in sentence


def test_the_form_names_the_registered_datasets_purposes_and_policies(tmp_path):
    entries = {
        "b-set": Entry(manifest="/b/dataset.yaml", policy="/p.yaml", title={"zh": "乙"}),
        "a-set": Entry(manifest="/a/dataset.yaml", policy="/p.yaml", title={"en": "A set"}),
    }
    write_registry(registry_path(tmp_path), entries)
    form = audit_form(tmp_path)
    assert list(form) == ["dataset", "manifest", "purpose", "policy", "at"]
    assert form["dataset"]["enum"] == [None, "a-set", "b-set"]
    assert form["dataset"]["values_display"] == {"a-set": "a-set · A set", "b-set": "b-set · 乙"}
    assert form["purpose"]["enum"] == [None, "pretrain", "fine_tune", "alignment", "evaluation"]
    assert form["policy"]["examples"] == ["/p.yaml"]
    json.dumps(form)


def test_a_form_without_a_registry_still_takes_a_manifest(tmp_path):
    form = audit_form(tmp_path / "nowhere")
    assert form["dataset"]["enum"] == [None]
    assert form["manifest"]["type"] == ["null", "string"]


def test_what_was_written_to_the_registry_is_read_back(tmp_path):
    path = registry_path(tmp_path / "new")
    entries = {"a": Entry(manifest="/a", policy=None, title={"zh": "甲"}, purpose="pretrain")}
    write_registry(path, entries)
    assert read_registry(path) == entries
    write_registry(path, {})
    assert read_registry(path) == {}
    assert [found.name for found in path.parent.iterdir()] == ["registry.json"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"datasets": 3}', b"\xff\xfe", b"[" * 100_000, b'{"datasets": {"a": 1}}'],
)
def test_a_damaged_registry_is_read_as_an_empty_one(content, tmp_path):
    path = registry_path(tmp_path)
    path.write_bytes(content)
    assert read_registry(path) == {}


def test_an_entry_that_is_none_is_left_out_and_the_rest_is_kept(tmp_path):
    path = registry_path(tmp_path)
    good = {"manifest": "/a/dataset.yaml", "policy": 7, "title": ["x"], "purpose": None}
    path.write_text(json.dumps({"datasets": {"a": good, "b": {"manifest": ""}, "c": []}}))
    assert read_registry(path) == {"a": Entry(manifest="/a/dataset.yaml")}


def test_the_form_asks_for_what_is_read_and_for_nothing_else(settings):
    assert tuple(audit_form(settings.home)) == PARAMETERS
