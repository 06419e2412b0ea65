import os

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
        "s3://bucket/key",
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


def test_an_address_is_told_that_only_files_on_this_machine_can_be_read(folder):
    with pytest.raises(ConfigError) as caught:
        Reach.of(folder).glob("s3://bucket/key")
    assert "only files on this machine can be read by this version" in str(caught.value.advice)


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
