"""A keyword library is read whole or refused with the line that is wrong, and no word of it."""

import pytest

from connectors.keyword_library import read_library
from pipelines.model.errors import ConfigError
from pipelines.model.keywords import RISKS


def library(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "keywords.csv"
    path.write_bytes(text.encode(encoding))
    return path


def refused(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        read_library(library(tmp_path, text))
    assert str(caught.value.advice)
    return str(caught.value.message)


def test_the_taxonomy_has_thirty_one_risks():
    assert len(set(RISKS)) == 31
    assert (RISKS[0], RISKS[8], RISKS[-1]) == ("A.1.a", "A.2.a", "A.5.b")


def test_terms_are_kept_in_their_normal_form_and_numbered_in_its_order(tmp_path):
    text = "risk,term,since,note\nA.2.a,Ｂad\tword,2026-01-02,x\nA.1.a,坏词,,\nA.2.a,bad  WORD,,\n"
    found = read_library(library(tmp_path, text))
    assert found.terms == ("bad word", "坏词")
    assert found.risks == ("A.2.a", "A.1.a")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_library_as_spreadsheets_save_it_is_read(tmp_path, encoding):
    path = library(tmp_path, "term,risk\r\n坏词,A.1.a\r\n", encoding)
    assert read_library(path).terms == ("坏词",)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",A.1.a", "the value is missing"),
        ("\u3000,A.1.a", "the value is missing"),
        ("x" * 65 + ",A.1.a", "longer than 64 characters"),
        ("ﷺﷺﷺﷺ,A.1.a", "longer than 64 characters"),
        ("secret,", "risk: the value is missing"),
        ("secret,A.1", "risk: there is no such risk"),
        ("secret,A.6.a", "risk: there is no such risk"),
        ("FIRST,A.1.b", "line 2 is there again, under another risk"),
        ("secret", "the row has 1 fields"),
        ('"secret,A.1.a', "this is not a row of CSV"),
        ("se\0cret,A.1.a", "NUL"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_with_its_line(tmp_path, row, said):
    message = refused(tmp_path, f"term,risk\nfirst,A.1.a\n{row}\n")
    assert "line 3" in message
    assert said in message
    assert "secret" not in message


def test_a_date_that_is_none_is_refused(tmp_path):
    message = refused(tmp_path, "term,risk,since\na,A.1.a,2026-01-02\nb,A.1.a,January\n")
    assert "line 3: since: this is not a date" in message


def test_a_library_without_a_term_or_a_column_is_refused(tmp_path):
    assert "no term" in refused(tmp_path, "term,risk\n")
    assert "no column risk" in refused(tmp_path, "term\nx\n")


def test_all_terms_together_have_an_upper_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("connectors.keyword_library.MOST_POINTS", 5)
    # the same term twice counts once
    assert read_library(library(tmp_path, "term,risk\nabc,A.1.a\nABC,A.1.a\nde,A.1.a\n"))
    message = refused(tmp_path, "term,risk\nabc,A.1.a\ndef,A.1.a\n")
    assert "line 3" in message
    assert "5 characters together" in message
