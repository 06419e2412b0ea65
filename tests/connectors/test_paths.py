import os
from pathlib import Path

import pytest

from connectors.paths import Reach
from pipelines.model.errors import ConfigError


@pytest.fixture
def folder(tmp_path):
    here = tmp_path / "dataset"
    (here / "data" / "deep").mkdir(parents=True)
    for name in ("b.json", "a.json", "data/c.json", "data/deep/d.json", ".hidden.json"):
        (here / name).write_text("[]")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.json").write_text("[]")
    return here


def test_files_come_sorted_and_hidden_ones_stay_out(folder):
    assert Reach.of(folder).glob("*.json") == ["a.json", "b.json"]
    assert Reach.of(folder).glob("**/*.json") == [
        "a.json",
        "b.json",
        "data/c.json",
        "data/deep/d.json",
    ]


def test_a_wildcard_in_the_middle_of_a_path_is_a_folder(folder):
    assert Reach.of(folder).glob("*/deep/?.json") == ["data/deep/d.json"]


@pytest.mark.parametrize(
    "given",
    [
        "../outside/secret.json",
        "data/../../outside/*.json",
        "/etc/passwd",
        "/etc/*",
        "https://127.0.0.1/x.json",
        "http://169.254.169.254/latest",
        "S3://bucket/key",
        "gs://bucket/key",
        "oss://bucket/key",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "//host/share",
        "C:\\data\\x.json",
        "nothing*.json",
        "absent/*.json",
        "data",
        "d*a",
        "/",
        ".",
        "",
        "a\0b",
        "x" * 1001,
    ],
)
def test_what_is_out_of_reach_is_refused_with_advice(folder, given):
    with pytest.raises(ConfigError) as caught:
        Reach.of(folder).glob(given)
    assert str(caught.value.advice)


def test_an_address_is_told_where_files_may_be(folder):
    with pytest.raises(ConfigError) as caught:
        Reach.of(folder).glob("gs://bucket/key")
    assert "object store (s3://bucket/key)" in str(caught.value.advice)


def test_a_password_or_token_in_an_address_is_not_repeated(folder):
    with pytest.raises(ConfigError) as caught:
        Reach.of(folder).glob("https://me:hush-hush@store.example/a?token=hush-hush")
    assert "store.example/a" in str(caught.value)
    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize("given", ["s3://bucket/terms.html", "https://example.org/terms.html"])
def test_evidence_is_on_this_machine(folder, given):
    with pytest.raises(ConfigError, match="is not on this machine"):
        Reach.of(folder).file(given)


@pytest.mark.parametrize("target", ["/", "/proc/self/root/etc", "/dev/fd", "../outside"])
def test_a_link_to_a_system_folder_is_refused_by_every_kind_of_pattern(folder, target):
    (folder / "way").symlink_to(target)
    for pattern in ("way/**", "way/*", "w*/*", "way/hostname", "w?y/**/*.json"):
        with pytest.raises(ConfigError):
            Reach.of(folder).glob(pattern)


def test_a_chain_of_links_is_followed_to_its_end_before_it_is_judged(folder):
    (folder / "one.json").symlink_to("two.json")
    (folder / "two.json").symlink_to(folder / "data" / ".." / "three.json")
    (folder / "three.json").symlink_to(folder.parent / "outside" / "secret.json")
    with pytest.raises(ConfigError, match="leads out"):
        Reach.of(folder).glob("one.json")


def test_a_folder_whose_name_begins_like_a_root_is_not_below_it(folder):
    beside = folder.parent / "dataset-private"
    beside.mkdir()
    (beside / "secret.json").write_text("[]")
    (folder / "way").symlink_to(beside)
    with pytest.raises(ConfigError, match="leads out"):
        Reach.of(folder).glob("way/*.json")
    with pytest.raises(ConfigError, match="leads out"):
        Reach.of(folder).glob(f"{beside}/*.json")


def test_a_root_that_is_itself_a_link_stands_for_what_it_leads_to(folder):
    (folder.parent / "shared").symlink_to(folder.parent / "outside")
    reach = Reach.of(folder, [folder.parent / "shared"])
    named = reach.glob(f"{folder.parent}/shared/*.json")
    assert [Path(name).resolve().name for name in named] == ["secret.json"]


@pytest.mark.parametrize("pattern", ["*.json", "link.json"])
def test_a_link_that_leads_out_is_refused(folder, pattern):
    (folder / "link.json").symlink_to(folder.parent / "outside" / "secret.json")
    with pytest.raises(ConfigError, match="leads out"):
        Reach.of(folder).glob(pattern)


@pytest.mark.parametrize("pattern", ["way/*.json", "w*/*.json", "way/secret.json"])
def test_a_linked_folder_that_leads_out_is_refused(folder, pattern):
    (folder / "way").symlink_to(folder.parent / "outside")
    with pytest.raises(ConfigError, match="leads out"):
        Reach.of(folder).glob(pattern)


def test_a_link_into_a_configured_root_is_followed(folder):
    (folder / "way").symlink_to(folder.parent / "outside")
    reach = Reach.of(folder, [folder.parent / "outside"])
    assert reach.glob("way/*.json") == ["way/secret.json"]
    assert reach.glob("w*/*.json") == ["way/secret.json"]


def test_an_absolute_pattern_below_a_root_keeps_absolute_names(folder):
    outside = folder.parent / "outside"
    reach = Reach.of(folder, [outside])
    assert reach.glob(f"{outside}/*.json") == [f"{outside.resolve()}/secret.json"]
    assert reach.glob(f"{outside}/secret.json") == [f"{outside}/secret.json"]


def test_two_stars_follow_no_links_and_so_never_turn_in_a_circle(folder):
    (folder / "data" / "again").symlink_to(folder)
    assert Reach.of(folder).glob("data/**/*.json") == ["data/c.json", "data/deep/d.json"]


@pytest.mark.parametrize("target", ["nowhere.json", "loop.json"])
def test_a_link_to_nothing_and_a_link_to_itself_are_refused(folder, target):
    (folder / "loop.json").symlink_to(folder / target)
    with pytest.raises(ConfigError, match=r"loop\.json"):
        Reach.of(folder).glob("*.json")


def test_a_pipe_is_not_opened(folder):
    os.mkfifo(folder / "pipe.json")
    with pytest.raises(ConfigError, match="is not a file"):
        Reach.of(folder).file("pipe.json")
    assert Reach.of(folder).glob("*.json") == ["a.json", "b.json"]


def test_a_name_that_is_not_utf8_is_refused(folder):
    (folder / os.fsdecode(b"\xff.json")).write_text("[]")
    with pytest.raises(ConfigError, match="not UTF-8"):
        Reach.of(folder).glob("*.json")


def test_a_very_deep_folder_is_walked(tmp_path):
    here = tmp_path
    for _ in range(400):
        here = here / "d"
        here.mkdir()
    (here / "a.json").write_text("[]")
    assert len(Reach.of(tmp_path).glob("**/*.json")) == 1


def test_a_root_that_is_no_folder_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="is not a folder"):
        Reach.of(tmp_path, [tmp_path / "absent"])
