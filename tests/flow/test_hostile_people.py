"""A file of people that no database can keep is misuse: exit 2, with file, line and field."""

import shutil
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.settings import Settings

DIALOGUES = Path(__file__).resolve().parents[2] / "examples" / "support-dialogues"


def test_a_nul_character_in_a_list_of_people_is_misuse_on_either_database(
    store_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    folder = tmp_path / "dialogues"
    shutil.copytree(DIALOGUES, folder)
    people = folder / "people" / "annotators.csv"
    lines = people.read_text(encoding="utf-8").splitlines()
    column = lines[0].split(",").index("vendor")
    fields = lines[2].split(",")
    fields[column] = "v\0"
    lines[2] = ",".join(fields)
    people.write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setenv("TDA_HOME", str(store_settings.home))
    monkeypatch.setenv("TDA_DATABASE_URL", store_settings.database_url)
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(folder / "dataset.yaml"), "--lang", "en", "--workers", "1"])
    assert ended.value.code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "annotators.csv, line 3: vendor: the value has a NUL character" in said
