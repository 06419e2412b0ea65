"""`tda doctor` in workspaces that are really damaged: it names the damage, and what mends it."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.kernels.native.build import library_path
from pipelines.language.catalogue import translate
from pipelines.upkeep import machine
from pipelines.upkeep.evidence import needed_evidence
from pipelines.upkeep.line import State

sys.path.insert(0, str(Path(__file__).parent))

from doctor_reading import change_database, faults, lines_of, only_fault


@pytest.mark.parametrize("deep", [False, True])
def test_a_sound_workspace_has_nothing_to_mend_and_is_not_touched(audited_home, deep):
    before = {path: path.stat().st_mtime_ns for path in audited_home.rglob("*.*") if path.is_file()}
    lines = lines_of(audited_home, deep=deep)
    assert faults(lines) == []
    checks = {line.check for line in lines}
    assert checks >= {"settings", "python", "airflow", "kernels", "disk", "database", "keys"}
    assert checks >= {"workspace", "runs", "evidence", "ledger", "temporaries"}
    after = {path: path.stat().st_mtime_ns for path in audited_home.rglob("*.*") if path.is_file()}
    changed = {path.name for path in after if before.get(path) != after[path]}
    assert changed <= {"audit.db-shm", "audit.db-wal"}


def test_a_folder_that_is_not_there_is_named(tmp_path):
    check, text = only_fault(tmp_path / "nowhere")
    assert check == "workspace"
    assert "nowhere" in text
    assert not (tmp_path / "nowhere").exists()


def test_an_address_nobody_can_follow_is_named_before_there_is_a_workspace(tmp_path):
    found = faults(lines_of(tmp_path / "nowhere", TDA_DATABASE_URL="nonsense"))
    assert [check for check, _ in found] == ["workspace", "database"]
    assert "TDA_DATABASE_URL" in found[1][1]


def test_a_root_that_is_no_folder_is_named(audited_home, tmp_path):
    roots = f"{tmp_path}:{tmp_path / 'none'}:{tmp_path / 'nowhere'}"
    found = faults(lines_of(audited_home, TDA_ROOTS=roots))
    assert [check for check, _ in found] == ["settings", "settings"]
    assert [text.rpartition("/")[2] for _, text in found] == [
        "none is not a folder",
        "nowhere is not a folder",
    ]


def test_settings_nobody_can_follow_are_all_listed(audited_home):
    found = faults(lines_of(audited_home, TDA_WORKERS="abc", TDA_MEMORY_LIMIT="plenty"))
    assert [check for check, _ in found] == ["settings", "settings"]
    assert "TDA_WORKERS is abc" in found[0][1]
    assert "TDA_MEMORY_LIMIT is plenty" in found[1][1]


def test_missing_damaged_and_unreadable_evidence_is_named_by_file(audited_home, workspace_settings):
    from pipelines.store.database import open_store

    store = open_store(workspace_settings)
    needed = needed_evidence(store)
    tables = [store.evidence.table(table) for table in needed.tables]
    document = store.evidence.file(needed.files[0].digest)
    tables[0].unlink()
    tables[1].write_bytes(b"PAR1 but nothing else")
    tables[2].write_bytes(tables[3].read_bytes())
    document.write_bytes(document.read_bytes() + b" ")
    found = {text: check for check, text in faults(lines_of(audited_home, deep=True))}
    assert found == {
        f"evidence table {tables[0]} is gone": "evidence",
        f"evidence table {tables[1]} is damaged or was changed": "evidence",
        f"evidence table {tables[2]} is damaged or was changed": "evidence",
        f"document {document} is damaged or was changed": "evidence",
    }


def test_a_changed_entry_of_the_ledger_is_found_quickly_and_deeply(audited_home):
    change_database(
        audited_home,
        "DROP TRIGGER ledger_entries_refuse_update",
        "UPDATE ledger_entries SET envelope = CAST(replace(CAST(envelope AS TEXT), 'a', 'b') "
        "AS BLOB) WHERE position = 3",
    )
    for deep in (False, True):
        found = faults(lines_of(audited_home, deep=deep))
        assert ("ledger", "Entry 3 was changed.") in found
        assert ("database", "table ledger_entries no longer refuses changes") in found


def test_a_cut_tail_of_the_ledger_is_found(audited_home):
    change_database(
        audited_home,
        "DROP TRIGGER ledger_entries_refuse_delete",
        "DELETE FROM ledger_entries WHERE position = (SELECT max(position) FROM ledger_entries)",
    )
    found = [text for check, text in faults(lines_of(audited_home)) if check == "ledger"]
    assert len(found) == 1
    assert re.fullmatch(r"The head counts \d+ entries, there are \d+\.", found[0])


def test_a_run_whose_process_is_gone_was_interrupted(audited_home):
    owner = "process:" + os.uname().nodename + ":999999999:1"
    columns = "dataset, registration, version, at, policy, policy_digest, code_version"
    change_database(
        audited_home,
        f"INSERT INTO runs (id, {columns}, state, owner, attempt, recorded_at) "
        f"SELECT 'run-begun', {columns}, 'running', '{owner}', 1, recorded_at FROM runs",
        "UPDATE runs SET at = '2030-01-01 00:00:00.000000' WHERE id = 'run-begun'",
    )
    check, text = only_fault(audited_home)
    assert check == "runs"
    assert "run-begun" in text
    # once a later run of the dataset is sealed, the interrupted one is history
    change_database(
        audited_home, "UPDATE runs SET at = '2020-01-01 00:00:00.000000' WHERE id = 'run-begun'"
    )
    assert faults(lines_of(audited_home)) == []


def test_the_workspace_of_another_database_is_refused(audited_home):
    (audited_home / "workspace.json").write_text('{"workspace": "0123456789abcdef"}')
    check, text = only_fault(audited_home)
    assert check == "workspace"
    assert "0123456789abcdef" in text


def test_temporaries_of_a_killed_process_are_counted_then_swept(audited_home, capsys, monkeypatch):
    script = (
        "from pipelines.ownership import temporary_name\nfrom pathlib import Path\nimport sys\n"
        "path = Path(sys.argv[1], temporary_name())\npath.write_bytes(b'x' * 1000)\n"
        "print(path, flush=True)\ninput()"
    )
    folder = audited_home / "evidence" / "incoming"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        written = Path(process.stdout.readline().strip())
        assert faults(lines_of(audited_home)) == []
        os.kill(process.pid, signal.SIGKILL)
    assert only_fault(audited_home)[0] == "temporaries"

    monkeypatch.setenv("TDA_HOME", str(audited_home))
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--sweep", "--json", "--lang", "en"])
    printed = json.loads(capsys.readouterr().out)
    assert (ended.value.code, printed["wrong"]) == (0, 0)
    assert printed["swept"] == {"removed": 1, "bytes": 1000}
    assert not written.exists()


def test_a_full_or_closed_disk_is_named(workspace_settings):
    line = machine.disk_line(workspace_settings, free=lambda folder: 5 * 1024**2)
    assert line.state is State.WRONG
    assert "5 MiB" in translate(line.message, "en")
    assert machine.disk_line(workspace_settings, free=lambda folder: 5 * 1024**3).state is State.OK


def test_kernels_that_are_not_compiled_are_named(tmp_path):
    missing = machine.kernels_line(("x86_64_v3",), (tmp_path,))
    assert missing.state is State.WRONG
    assert "pipelines.kernels.native.build" in translate(missing.remedy, "en")
    library_path("x86_64_v3", tmp_path).write_bytes(b"")
    assert machine.kernels_line(("x86_64_v3",), (tmp_path,)).state is State.OK


def test_the_words_are_chinese_where_chinese_is_asked_for(audited_home, capsys, monkeypatch):
    (audited_home / "keys" / "identifiers.key").chmod(0o644)
    monkeypatch.setenv("TDA_HOME", str(audited_home))
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--lang", "zh"])
    printed = capsys.readouterr().out
    assert ended.value.code == 1
    for line in printed.splitlines():
        assert re.search(r"[\u4e00-\u9fff]", line), line
