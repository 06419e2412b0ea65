import random
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.people import (
    BATCH,
    read_annotators,
    read_consents,
    read_label_files,
    read_review_file,
)
from pipelines.model.annotation import Annotator, LabelLayout
from pipelines.model.errors import ConfigError
from pipelines.model.evidence import LABELS, REVIEWS

sys.path.insert(0, str(Path(__file__).parent))

from refusals import fault


@pytest.fixture
def write(tmp_path):
    def writing(content, name="file.csv", **options):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8", newline="")
        return path

    return writing


def keyed(kind, value):
    return f"{kind}:{len(value)}"


def consents(path):
    return list(read_consents(path, keyed))


def test_annotators_are_read_in_order_with_roles_and_topics(write):
    path = write(
        "annotator,roles,vendor,topics,qualified_from,qualified_to,suspended_from,note\n"
        "A-02,annotate;review,v1,安全；政策,2026-01-01,2026-12-31,,x\n"
        "\n"
        "A-01,annotate|,,,,,2026-05-01,\n"
    )
    assert read_annotators(path) == (
        Annotator(
            id="A-02",
            roles=("annotate", "review"),
            vendor="v1",
            topics=("安全", "政策"),
            qualified_from=date(2026, 1, 1),
            qualified_to=date(2026, 12, 31),
        ),
        Annotator(id="A-01", roles=("annotate",), suspended_from=date(2026, 5, 1)),
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("annotator\nA\n\nA\n", "line 4: annotator: the person is there twice"),
        ("annotator,roles\n,x\n", "line 2: annotator: the value is missing"),
        ("annotator,qualified_to\nA,soon\n", "line 2: qualified_to: this is not a date"),
        (
            "annotator,qualified_from,qualified_to\nA,2026-02-01,2026-01-01\n",
            "line 2: qualified_to: the end lies before the beginning",
        ),
        ("annotator,qualifed_to\nA,2026-01-01\n", "line 1: there is no column qualified_to, but"),
        ("name\nA\n", "line 1: there is no column annotator"),
        ("", "line 1: there is no column annotator"),
        ("annotator,annotator\nA,B\n", "line 1: the column annotator is there twice"),
        ("annotator,vendor\nA\n", "line 2: the row has 1 fields, the header 2"),
        ('annotator,vendor\nA,"x" y\n', "line 2: this is not a row of CSV"),
        ('annotator,vendor\nA,"x\n' + "y\n" * 90_000, "line 2: this is not a row of CSV"),
        ("annotator\n" + "A" * 1001 + "\n", "line 2: annotator: the value is longer than 1000"),
        ("annotator\n" + "A" * 2_000_000, "line 2: the line is longer than"),
        (b"annotator\n\xff\xff\xff\n", "the file is neither UTF-8 nor GB18030"),
    ],
)
def test_a_malformed_row_is_an_error_with_line_and_field(write, content, expected):
    assert f"file.csv{',' if expected.startswith('line') else ':'} {expected}" in fault(
        read_annotators, write(content)
    )


def test_an_absent_file_is_an_error(tmp_path):
    assert "no such file" in fault(read_annotators, tmp_path / "absent.csv")


def test_a_row_after_one_of_several_lines_has_the_right_line(write):
    path = write('annotator,vendor\nA,"one\ntwo\nthree"\nB,x\nA,y\n')
    assert "line 6: annotator" in fault(read_annotators, path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_three_encodings_people_save_in_are_read(write, encoding):
    path = write("annotator,vendor\r\nA,供应商\r\n".encode(encoding))
    assert read_annotators(path)[0].vendor == "供应商"


def test_labels_become_a_table_with_times_in_utc(write):
    path = write(
        "item,annotator,label,rule_version,at,seconds\n"
        "i1,A,yes,1.10,2026-01-02T08:00:00+08:00,12.50\n"
        "i1,B,=cmd(),,2026-01-02 08:00,\n"
    )
    table = read_label_files([path, path])
    assert table.schema == LABELS
    assert table.num_rows == 4
    first, second = table.slice(2).to_pylist()
    assert first["at"] == datetime(2026, 1, 2, tzinfo=UTC)
    assert (first["rule_version"], first["seconds"]) == ("1.10", "12.50")
    assert second["at"] == datetime(2026, 1, 2, 8, tzinfo=UTC)
    assert (second["label"], second["rule_version"], second["seconds"]) == ("=cmd()", None, None)


def test_crowd_files_with_other_column_names_times_and_zone_are_read(write):
    layout = LabelLayout(
        item="question", annotator="worker", label="answer", at="submitted",
        timestamp_formats=("%m/%d/%Y %H:%M:%S",), timezone="Asia/Shanghai",
    )  # fmt: skip
    path = write("worker\tquestion\tanswer\tsubmitted\n76\t1\t0\t1/31/2022 17:57:49\n", "f.tsv")
    (row,) = read_label_files([path], layout).to_pylist()
    assert (row["item"], row["annotator"], row["label"]) == ("1", "76", "0")
    assert row["at"] == datetime(2022, 1, 31, 9, 57, 49, tzinfo=UTC)


def test_a_file_that_does_not_say_who_labelled_is_read_where_the_manifest_states_it(write):
    path = write("item,label\n1,yes\n1,no\n", "votes.csv")
    found = read_label_files([path], LabelLayout(annotator=None)).to_pylist()
    assert [(row["item"], row["annotator"], row["label"]) for row in found] == [
        ("1", None, "yes"),
        ("1", None, "no"),
    ]
    assert "there is no column annotator" in fault(read_label_files, [path], LabelLayout())


def test_times_in_several_forms_are_read_and_one_that_two_forms_read_differently_is_refused(write):
    american, short, european = "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"
    path = write(
        "item,annotator,label,started,at\n"
        "1,A,x,1/31/2022 17:57:40,1/31/2022 17:57:49\n2,A,x,02/01/2022 01:53,02/01/2022 01:55\n",
        "labels.csv",
    )
    first, second = read_label_files(
        [path], LabelLayout(timestamp_formats=(american, short))
    ).to_pylist()
    assert (first["at"], first["seconds"]) == (datetime(2022, 1, 31, 17, 57, 49, tzinfo=UTC), "9")
    # told to the minute, so not how long it took
    assert (second["at"], second["seconds"]) == (datetime(2022, 2, 1, 1, 55, tzinfo=UTC), None)
    said = fault(
        read_label_files, [path], LabelLayout(timestamp_formats=(american, short, european))
    )
    assert "labels.csv" in said
    assert "two of labels.timestamp_format read this as different times" in said


def test_labels_that_ended_before_they_began_are_refused(write):
    path = write(
        "item,annotator,label,started,at\n1,A,x,2026-01-01T00:00:09Z,2026-01-01T00:00:00Z\n",
        "labels.csv",
    )
    assert "the end lies before the beginning" in fault(read_label_files, [path])


def test_a_stated_time_spent_goes_before_a_computed_one(write):
    path = write(
        "item,annotator,label,started,at,seconds\n"
        "1,A,x,2026-01-01T00:00:00Z,2026-01-01T00:00:09.5Z,3\n"
        "2,A,x,2026-01-01T00:00:00Z,2026-01-01T00:00:09.5Z,\n",
        "labels.csv",
    )
    found = read_label_files([path])["seconds"].to_pylist()
    assert found == ["3", "9.500000"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("i,A,,,", "label: the value is missing"),
        ("i,A,x,02/01/2022 01:55,", "at: this is not a time of the expected form"),
        ("i,A,x,2026-13-01,", "at: this is not a time"),
        ("i,A,x,20260101,", "at: this is not a time"),
        ("i,A,x,0001-01-01T00:00:00+14:00,", "at: this is not a time"),
        ("i,A,x,,-1", "seconds: this is not a number"),
        ("i,A,x,,1E+999999999", "seconds: this is not a number"),
    ],
)
def test_a_malformed_label_is_an_error_that_quotes_nothing_of_it(write, cells, expected):
    path = write(f"item,annotator,label,at,seconds\n{cells}\n")
    said = fault(read_label_files, [path])
    assert f"line 2: {expected}" in said
    assert all(cell not in said for cell in cells.split(",") if len(cell) > 2)


def test_an_empty_file_of_labels_is_an_empty_table(write):
    assert read_label_files([write("item,annotator,label\n")]).equals(LABELS.empty_table())


def test_more_labels_than_one_batch_holds_come_in_order(write):
    count = BATCH + 3
    path = write("item,annotator,label\n" + "".join(f"{n},A,x\n" for n in range(count)))
    assert read_label_files([path])["item"].to_pylist() == [str(n) for n in range(count)]


def test_reviews_become_a_table(write):
    path = write("item,reviewer,verdict,at\ni1,R,approved,2026-01-02T00:00:00Z\ni2,R,rejected,\n")
    table = read_review_file(path)
    assert table.schema == REVIEWS
    assert table["verdict"].to_pylist() == ["approved", "rejected"]
    assert table["at"].to_pylist() == [datetime(2026, 1, 2, tzinfo=UTC), None]


def test_consents_hold_the_keyed_digest_and_never_the_subject(write):
    path = write(
        "subject,basis,purpose,notice_version,given_at,valid_to,withdrawn_at\n"
        "13800000000,PIPL 13(1),training,n3,2026-01-01,2026-12-31,2026-06-01T00:00:00Z\n"
        "someone,13(6),training,,,,\n"
    )
    first, second = consents(path)
    assert first.subject == "subject:11"
    assert first.basis == "13(1)"
    assert first.given_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert first.valid_to == datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert first.withdrawn_at == datetime(2026, 6, 1, tzinfo=UTC)
    assert (second.basis, second.given_at, second.notice_version) == ("13(6)", None, None)
    assert "13800000000" not in repr((first, second))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("13800000000,consent,x,", "basis: this is not a ground"),
        ("13800000000,13(1),,", "purpose: the value is missing"),
        (",13(1),x,", "subject: the value is missing"),
        ("13800000000,13(1),x,soon", "given_at: this is not a time"),
    ],
)
def test_a_malformed_consent_is_an_error_without_the_person(write, cells, expected):
    said = fault(consents, write(f"subject,basis,purpose,given_at\n{cells}\n"))
    assert f"line 2: {expected}" in said
    assert "13800000000" not in said


def test_consents_are_streamed(write):
    path = write("subject,basis,purpose\na,13(1),x\nb,wrong,x\n")
    reading = read_consents(path, keyed)
    assert next(reading).subject == "subject:1"
    with pytest.raises(ConfigError):
        next(reading)


def test_noise_is_an_error_and_nothing_else(tmp_path):
    noise = random.Random(7)
    for number in range(200):
        path = Path(tmp_path, f"{number}.csv")
        body = bytes(noise.choice(b'a,"\n\r;\x00\xe4\xb8\xad13(1)') for _ in range(60))
        path.write_bytes(b"subject,basis,purpose\n" + body)
        try:
            found = consents(path)
        except ConfigError:
            continue
        assert all(consent.basis.startswith("13(") for consent in found)
