"""A folder is what its list of digests says, or it is refused."""

import os
import subprocess

import pytest

from pipelines.inquiry.folder import DIGESTS, fingerprint, list_digests, put_folder
from pipelines.model.errors import EvidenceError


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "draft"
    (made / "runs").mkdir(parents=True)
    (made / "cover.json").write_text("{}")
    (made / "runs" / "report.json").write_text("[]")
    list_digests(made)
    return made


def test_the_list_is_one_that_sha256sum_checks(folder):
    found = fingerprint(folder)
    assert (found.files, found.bytes) == (2, 4)
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", DIGESTS], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.count(b": OK") == 2


def test_the_fingerprint_is_that_of_the_content_alone(folder, tmp_path):
    before = fingerprint(folder)
    os.utime(folder / "cover.json", (1, 1))
    folder.rename(tmp_path / "elsewhere")
    assert fingerprint(tmp_path / "elsewhere") == before


@pytest.mark.parametrize(
    "harm",
    [
        lambda f: (f / "cover.json").write_text("{ }"),
        lambda f: (f / "more.txt").write_text("x"),
        lambda f: (f / "cover.json").unlink(),
        lambda f: (f / "cover.json").rename(f / "cover2.json"),
        lambda f: (f / DIGESTS).unlink(),
        lambda f: (f / DIGESTS).write_text(""),
        lambda f: (f / "link").symlink_to("/etc/hostname"),
        lambda f: (f / "a\nb").write_text("x"),
        lambda f: os.mkfifo(f / "pipe"),
    ],
)
def test_any_other_content_is_refused(harm, folder):
    harm(folder)
    with pytest.raises(EvidenceError):
        fingerprint(folder)


def test_a_link_to_a_good_folder_is_none(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(EvidenceError):
        fingerprint(tmp_path / "link")


def test_a_folder_is_put_whole_or_not_at_all(tmp_path):
    target = tmp_path / "inquiry" / "draft"

    def fill(folder):
        (folder / "a").write_text("1")

    def broken(folder):
        (folder / "a").write_text("2")
        raise EvidenceError("x", advice="y")

    put_folder(target, fill, replace=True)
    with pytest.raises(EvidenceError):
        put_folder(target, broken, replace=True)
    assert (target / "a").read_text() == "1"
    put_folder(target, lambda f: (f / "b").write_text("3"), replace=False)
    assert [path.name for path in target.iterdir()] == ["a"]
    put_folder(target, lambda f: (f / "b").write_text("3"), replace=True)
    assert [path.name for path in target.iterdir()] == ["b"]
    assert [path.name for path in target.parent.iterdir()] == ["draft"]
