import hashlib
import sys
from datetime import date
from pathlib import Path

import pytest

from connectors.manifest import read_manifest
from pipelines.language.catalogue import translate
from pipelines.model.dataset import Dataset, Format, Purpose, RecordShape, Split
from pipelines.model.errors import ConfigError
from pipelines.model.source import SourceType
from pipelines.store.codec import from_json, to_json

sys.path.insert(0, str(Path(__file__).parent))

from manifest_texts import HEAD, SOURCE, faults

FULL = """# a comment
dataset: alpaca-zh
title: {zh: 中文指令数据}
purpose: fine_tune
derived_from: [alpaca-en]
files: [b.jsonl, "*.jsonl"]
format: jsonl
split: paragraph
encoding: GB18030
record: {text: [instruction, output], id: key, source: null, subject: user, contact: author}
sources:
  - id: stanford-alpaca
    type: synthetic
    publisher: Stanford CRFM
    url: https://example.org/alpaca
    territory: us
    collected: {from: 2023-03-13, to: 2023-03-14}
    licence: {id: cc-by-nc-4.0, text: LICENCE.txt, verified_by: L-01,
              verified_at: 2026-01-02, valid_to: 2027-01-01}
    generated_by: {model: text-davinci-003, version: 1.10, at: 2023-03}
    evidence: [{kind: terms, file: LICENCE.txt}]
personal_information: {present: true, basis: PIPL 13(1), consents: consents.csv}
evidence: [{file: LICENCE.txt}]
attributes: {owner: team-7}
"""


def test_every_field_of_the_public_shape_arrives(read, folder):
    (folder / "consents.csv").write_text("subject,basis,purpose\n")
    found = read(FULL)
    assert (found.id, found.title, found.purpose) == (
        "alpaca-zh",
        {"zh": "中文指令数据"},
        Purpose.FINE_TUNE,
    )
    assert found.derived_from == ("alpaca-en",)
    assert (found.format, found.split, found.encoding) == (Format.JSONL, Split.PARAGRAPH, "gb18030")
    assert found.record == RecordShape(
        text=("instruction", "output"), id="key", subject="user", contact="author"
    )
    (source,) = found.sources
    assert source.type is SourceType.SYNTHETIC
    assert source.territory == "US"
    assert (source.collected_from, source.collected_to) == (date(2023, 3, 13), date(2023, 3, 14))
    assert (source.licence.id, source.licence.spdx) == ("cc-by-nc-4.0", "CC-BY-NC-4.0")
    assert source.licence.valid_to == date(2027, 1, 1)
    assert source.generator_version == "1.10"
    assert source.generated_at == "2023-03"
    assert found.personal_information.present is True
    assert found.personal_information.basis == "13(1)"
    assert found.attributes == {"owner": "team-7"}
    assert [(one.kind, one.name) for one in found.evidence] == [
        ("licence", "LICENCE.txt"),
        ("terms", "LICENCE.txt"),
        ("document", "LICENCE.txt"),
    ]
    expected = "sha256:" + hashlib.sha256(b"terms").hexdigest()
    assert {one.digest for one in found.evidence} == {expected}
    assert found.evidence[0].bytes == 5


def test_a_manifest_as_read_survives_the_store(read, folder):
    (folder / "consents.csv").write_text("subject,basis,purpose\n")
    found = read(FULL)
    assert from_json(Dataset, to_json(found)) == found


def test_files_keep_the_order_of_the_globs_and_come_once(read):
    assert read(HEAD).files == ("a.jsonl", "b.jsonl")
    assert read(HEAD.replace('["*.jsonl"]', '[b.jsonl, "*.jsonl"]')).files == ("b.jsonl", "a.jsonl")


def test_consents_are_never_among_the_documents_that_are_kept(read, folder):
    (folder / "consents.csv").write_text("subject,basis,purpose\n")
    found = read(FULL)
    assert found.personal_information.consents.name == "consents.csv"
    assert "consents.csv" not in {one.name for one in found.evidence}


def test_nothing_said_about_personal_information_is_unknown_not_absent(read):
    assert read(HEAD).personal_information.present is None
    assert (
        read(HEAD + "personal_information: {present: unknown}\n").personal_information.present
        is None
    )
    assert (
        read(HEAD + "personal_information: {present: false}\n").personal_information.present
        is False
    )


def test_an_unstated_licence_is_none_and_free_text_is_kept(read):
    text = HEAD + "sources:\n  - {id: a, licence: {id: null}, files: [a.jsonl]}\n"
    text += "  - {id: b, licence: {id: research only}, files: [b.jsonl]}\n"
    unstated, free = read(text).sources
    assert (unstated.licence.id, unstated.licence.spdx) == (None, None)
    assert (free.licence.id, free.licence.spdx) == ("research only", None)


def test_a_typo_in_a_field_name_gets_a_hint_at_its_line(read):
    with pytest.raises(ConfigError) as caught:
        read(HEAD + "sources:\n  - id: one\n    licnce: {id: MIT}\n")
    assert str(caught.value).endswith(
        "dataset.yaml, line 7: sources[0].licnce: there is no such field"
    )
    assert str(caught.value.advice) == "did you mean licence?"


def test_an_unknown_field_like_no_other_is_answered_with_the_list(read):
    with pytest.raises(ConfigError) as caught:
        read(HEAD + "record: {text: a, zzzzzz: 1}\n")
    assert "text, optional, id, source, subject, contact" in str(caught.value.advice)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD.replace("demo-set", "Demo Set"), "line 1: dataset: this is not an id"),
        (HEAD.replace("fine_tune", "finetune"), "line 3: purpose: finetune is not known here"),
        (HEAD.replace("purpose: fine_tune\n", ""), "line 1: purpose: the field is missing"),
        (HEAD.replace('["*.jsonl"]', "[]"), "line 4: files: this is empty"),
        (HEAD.replace('["*.jsonl"]', "{a: b}"), "line 4: files: a list is expected here"),
        (HEAD.replace("*.jsonl", "*.parquet"), r"line 4: files[0]: *.parquet matches no file"),
        (HEAD.replace("*.jsonl", "../x"), "line 4: files[0]: ../x climbs"),
        (HEAD.replace("*.jsonl", "gs://b/k"), "line 4: files[0]: gs://b/k is not on this machine"),
        (HEAD.replace("*.jsonl", "s3://a:b@c/k"), "line 4: files[0]: there are credentials in an"),
        (HEAD.replace("{zh: 示例, en: Demo}", "Demo"), "line 2: title: fields are expected here"),
        (HEAD.replace("{zh: 示例, en: Demo}", "{}"), "line 2: title: the title is empty"),
        ("- a\n- b\n", "this is not a manifest"),
        ("", "this is not a manifest"),
    ],
)
def test_a_fault_is_named_with_file_line_and_field(read, text, expected):
    said = faults(read, text)
    assert expected in said
    assert said.startswith("/")
    assert "dataset.yaml" in said.splitlines()[0]


def one(source):
    """A manifest part with one source."""
    return f"sources:\n  - {{id: a, {source}}}\n"


def labels(part):
    """A manifest part with labels."""
    return f"annotation:\n  labels: {{{part}}}\n"


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("format: warc\n", "line 5: format: this version has no reader for warc"),
        ("format: xml\n", "line 5: format: xml is not known here"),
        ("encoding: rot13\n", "line 5: encoding: rot13 is not known here"),
        ("record: {text: [a, a]}\n", "line 5: record: a text column is named twice"),
        ("record:\n  text: [a, [b]]\n", "line 6: record.text[1]: text is expected here"),
        ("sources:\n  - {type: synthetic}\n", "line 6: sources[0].id: the field is missing"),
        (one("type: bought"), "sources[0].type: bought is not known here"),
        ("sources:\n" + SOURCE * 2, "line 7: sources[1].id: there are two sources one"),
        (one("territory: Earth"), "territory: Earth is not a country code"),
        (one("collected: {from: 13.3.2023}"), "collected.from: this is not a date"),
        (one("collected: {from: 2023-02-30}"), "collected.from: this is not a date"),
        (
            "sources:\n  - id: a\n    collected:\n      from: 2024-01-01\n      to: 2023-01-01\n",
            "line 7: sources[0].collected: the end lies before",
        ),
        (one("generated_by: {at: spring}"), "generated_by.at: this is not a date or month"),
        (
            one("licence: {text: absent.txt}"),
            "line 6: sources[0].licence.text: there is no file absent.txt",
        ),
        (
            one("evidence: [{file: /etc/passwd}]"),
            "sources[0].evidence[0].file: /etc/passwd leads out",
        ),
        ('sources:\n  - {id: "a\\0b"}\n', "sources[0].id: there is a control character"),
        ("sources: absent.jsonl\n", "line 5: sources: there is no file absent.jsonl"),
        ("personal_information: {basis: 13(9)}\n", "basis: this is not a ground of Article 13"),
        ("personal_information: {present: perhaps}\n", "present: this is not an answer"),
        (
            "personal_information: {consents: c.csv}\n",
            "personal_information.consents: there is no file c.csv",
        ),
        ("annotation: {rules: rules.yaml}\n", "annotation.rules: there is no file rules.yaml"),
        (labels("files: [x.csv]"), "annotation.labels.files[0]: there is no file x.csv"),
        (
            labels("format: label_studio, files: [x]"),
            "labels.format: this version reads labels from CSV only",
        ),
        (labels("files: [a.jsonl], timezone: Mars"), "labels.timezone: Mars is not a time zone"),
        (
            labels("files: [a.jsonl], anonymous: true, columns: {annotator: who}"),
            "labels: the labels are anonymous, and a column names who gave them",
        ),
        (
            labels("files: [a.jsonl], timestamp_format: '%H:%M'"),
            "labels.timestamp_format: %H:%M does not tell",
        ),
    ],
)
def test_a_fault_in_a_later_part_is_named_as_well(read, added, expected):
    assert expected in faults(read, HEAD + added)


def test_several_faults_are_listed_in_the_order_of_their_lines(read):
    said = faults(read, "dataset: A\ntitle: x\npurpose: y\nfiles: z\nrecrd: {}\n").splitlines()
    assert [line.split("line ")[1][0] for line in said] == ["1", "2", "3", "5"]
    assert "did you mean record?" in said[3]


def test_no_more_than_ten_faults_are_listed(read):
    text = HEAD + "sources:\n" + "  - {id: a, typ: synthetic}\n" * 50
    assert len(faults(read, text).splitlines()) == 10


def test_sentences_of_faults_can_be_said_in_the_other_language(read):
    with pytest.raises(ConfigError) as caught:
        read("dataset: A\ntitle: x\npurpose: y\nfiles: z\n")
    for message in (caught.value.message, caught.value.advice):
        assert translate(message, "zh")
        assert translate(message, "en")


def test_links_out_of_the_folder_are_refused_for_data_and_evidence(read, folder, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "c.jsonl").symlink_to(tmp_path / "secret.txt")
    assert "files[0]: c.jsonl leads out" in faults(read, HEAD)
    text = HEAD.replace("*", "a") + "evidence: [{file: c.jsonl}]\n"
    assert "evidence[0].file: c.jsonl leads out" in faults(read, text)
    assert read(HEAD, roots=[tmp_path]).files == ("a.jsonl", "b.jsonl", "c.jsonl")


def test_the_manifest_may_be_named_by_a_relative_path(folder, monkeypatch):
    (folder / "dataset.yaml").write_text(HEAD, encoding="utf-8")
    monkeypatch.chdir(folder)
    found = read_manifest(Path("dataset.yaml"))
    assert found.root == folder.resolve()
    assert found.manifest == folder.resolve() / "dataset.yaml"


def test_a_file_name_with_a_line_feed_is_a_name_like_any_other(read, folder):
    (folder / "c\nd.jsonl").write_text("{}")
    assert "c\nd.jsonl" in read(HEAD).files
