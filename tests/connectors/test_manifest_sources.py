"""Which source a file comes from: named by the manifest, by a list of sources, or by nobody."""

import json
import sys
from pathlib import Path

import pytest

from connectors.source_files import source_of_files
from pipelines.model.errors import ConfigError

sys.path.insert(0, str(Path(__file__).parent))

from manifest_texts import HEAD, SOURCE, faults


def test_several_sources_must_say_what_comes_from_them(read):
    text = HEAD + "sources:\n  - {id: a, files: [a.jsonl]}\n  - {id: b}\n"
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert "line 7: sources[1]: the source b does not say what comes from it" in str(caught.value)
    assert "record.source" in str(caught.value.advice)


def test_with_a_column_of_sources_none_has_to_name_files(read):
    found = read(HEAD + "record: {source: origin}\nsources:\n  - {id: a}\n  - {id: b}\n")
    assert source_of_files(found) == {}


def test_a_file_two_sources_claim_is_an_error(read):
    text = HEAD + 'sources:\n  - {id: a, files: ["*.jsonl"]}\n  - {id: b, files: [b.jsonl]}\n'
    assert "line 7: sources[1].files: b.jsonl comes from a already" in faults(read, text)


def test_a_glob_of_a_source_that_claims_nothing_is_an_error(read):
    text = HEAD + 'sources:\n  - {id: a, files: ["*.jsonl", "*.json"]}\n'
    assert "sources[0].files[1]: this matches none of the files" in faults(read, text)


def test_a_file_no_source_claims_has_no_source(read):
    found = read(HEAD + "sources:\n  - {id: a, files: [a.jsonl]}\n")
    assert source_of_files(found) == {"a.jsonl": "a"}


def test_an_only_source_without_files_has_them_all(read):
    found = read(HEAD + "sources:\n" + SOURCE)
    assert source_of_files(found) == {"a.jsonl": "one", "b.jsonl": "one"}


def lines(*sources):
    return "".join(json.dumps(source) + "\n" for source in sources)


def test_sources_may_stand_in_a_json_lines_file(read, folder):
    stated = lines(
        {"id": "a", "licence": {"id": "mit", "text": "LICENCE.txt"}, "files": ["a.jsonl"]},
        {"id": "b", "generated_by": {"version": 3}, "files": "b.jsonl"},
    )
    (folder / "sources.jsonl").write_text(stated.replace("\n", "\n\n"))
    found = read(HEAD + "sources: sources.jsonl\n")
    assert [source.licence.spdx for source in found.sources] == ["MIT", None]
    assert found.sources[1].generator_version == "3"
    assert found.evidence[0].kind == "sources"


def test_a_wildcard_does_not_take_the_list_of_sources_for_records(read, folder):
    (folder / "sources.jsonl").write_text(lines({"id": "a"}))
    assert read(HEAD + "sources: sources.jsonl\n").files == ("a.jsonl", "b.jsonl")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"id": "a"}\n{"id": "b", "tpye": "synthetic"}\n', "line 2: tpye: there is no such field"),
        ('{"id": "a"}\nnonsense\n', "line 2: this is not a JSON object"),
        ('\n{"id": "a", "id": "b"}\n', "line 2: a field is here twice"),
        ("[1]\n", "line 1: fields are expected here"),
        ("[" * 100_000, "line 1: this is not a JSON object"),
        ('{"id": "\\ud800"}\n', "line 1: id: this is not valid text"),
        ('{"id": true}\n', "line 1: id: text is expected here"),
        ('{"id": "a", "licence": {"text": "no.txt"}}\n', "line 1: licence.text: there is no file"),
        ('{"id": "a", "files": ["no.jsonl"]}\n', "line 1: files[0]: this matches none"),
        ('{"id": "' + "x" * 1024**2 + '"}\n', "line 1: the line is longer than"),
    ],
)
def test_a_fault_in_the_list_of_sources_names_that_file_and_line(read, folder, content, expected):
    (folder / "sources.jsonl").write_text(content)
    said = faults(read, HEAD + "sources: sources.jsonl\n")
    assert expected in said
    assert "sources.jsonl, line" in said
