"""docker-compose.yml is checked without a container engine: by its schema and by our own rules."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import postgres_server
import psycopg
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
ONE_SHOT = {"migrate", "audit-database"}


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


def check_schema(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    return subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)


def test_the_file_follows_the_compose_schema():
    done = check_schema(COMPOSE)
    assert done.returncode == 0, done.stdout


def test_the_schema_would_notice_a_misspelt_key(tmp_path: Path):
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE.read_text().replace("healthcheck:", "helthcheck:"), encoding="utf-8")
    assert check_schema(broken).returncode != 0


def test_every_lasting_service_says_how_it_is(compose):
    for name, service in compose["services"].items():
        if name not in ONE_SHOT:
            assert service["healthcheck"]["test"], name


def test_every_service_that_is_waited_for_exists_and_can_answer(compose):
    services = compose["services"]
    for name, service in services.items():
        for awaited, how in service.get("depends_on", {}).items():
            assert awaited in services, (name, awaited)
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[awaited], (name, awaited)
            if how["condition"] == "service_completed_successfully":
                assert awaited in ONE_SHOT


def test_ports_are_published_on_loopback_only(compose):
    published = [port for s in compose["services"].values() for port in s.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_no_secret_is_written_down(compose):
    for name, service in compose["services"].items():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY|TOKEN", key) and not key.endswith("_FILE"):
                assert re.fullmatch(r"\$\{\w+:[?-][^}]*\}", value), (name, key)
    assert not re.search(r"://\w+:(?!\$\{)[^@]+@", COMPOSE.read_text(encoding="utf-8"))


def test_every_secret_is_named_where_the_file_says_it_is(compose):
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split("## Containers")[1].split("\n## ")[0]
    for name in re.findall(r"\$\{(\w+):[?]", COMPOSE.read_text(encoding="utf-8")):
        assert f"`{name}`" in section, name


def test_audits_write_into_the_database_that_is_made_for_them(compose, postgresql):
    """The command of the one-shot service, twice, as the administrator of a real server."""
    words = compose["services"]["audit-database"]["command"]
    assert words[:2] == ["sh", "-ec"]
    script = words[2].replace("$$", "$")
    binaries = [*postgres_server.wheel_binaries(), *postgres_server.debian_binaries()]
    psql = next((str(b / "psql") for b in binaries if (b / "psql").exists()), shutil.which("psql"))
    if psql is None:
        postgres_server.missing("there is no psql")
    server, found = postgresql.address, []
    # other tests of this session may look at the roles: nothing of ours is left behind
    role = f"tda_{os.getpid()}"
    script = re.sub(r"\btda\b(?!\.)", role, script).replace("psql ", f"{psql} ")
    environment = {
        "PGHOST": str(server.host),
        "PGPORT": str(server.port),
        "PGUSER": str(server.username),
        "PGPASSWORD": str(server.password),
        "PGDATABASE": str(server.database),
        "TDA_POSTGRES_PASSWORD": 'it\'s "quoted"',
    }
    try:
        for _ in range(2):
            done = subprocess.run(
                ["sh", "-ec", script], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        ours = {"host": server.host, "port": server.port, "dbname": role, "user": role}
        with psycopg.connect(**ours, password=environment["TDA_POSTGRES_PASSWORD"]) as connection:
            connection.execute("CREATE TABLE mine (a int)")
            found = connection.execute(
                "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s",
                [role],
            ).fetchall()
    finally:
        postgresql.drop(server.set(database=role))
        postgresql.execute(f"DROP ROLE IF EXISTS {role}")
    assert found == [(False, False, False)]
    url = compose["x-airflow"]["environment"]["TDA_DATABASE_URL"]
    assert re.fullmatch(r"postgresql\+psycopg://tda:\$\{\w+:[?][^}]*\}@postgres:5432/tda", url)


def test_label_studio_is_started_on_request_only(compose):
    assert compose["services"]["label-studio"]["profiles"] == ["review"]


def test_the_image_installs_the_wheel_and_nothing_editable():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r /tmp/server.txt -c /tmp/server.txt" in text
    assert "*.whl" in text
    assert "--editable" not in text
    assert " -e " not in text
    assert "USER tda" in text


def test_the_image_copies_only_what_exists():
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists() or source == "README.md", source
