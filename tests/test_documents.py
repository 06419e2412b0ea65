"""The documents against what they describe: rooms, layers, flows, commands, dependencies."""

import ast
import configparser
import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipelines.cli import COMMANDS
from pipelines.stages.order import ORDER

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = ROOT / "docs" / "architecture.md"
DRAWING = ROOT / "docs" / "images" / "architecture.svg"
READERS = [*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")]
ABOVE_ALL = "pipelines.airflow"
CODE = ("pipelines", "connectors", "expectations", "dags")
TOP = (*CODE, "benchmarks", "docs", "examples", "requirements", "tests")


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def rooms_on_disk() -> set[str]:
    """What one may import from: the packages, and the rooms of `pipelines`."""
    inside = [
        path
        for path in (ROOT / "pipelines").iterdir()
        if (path / "__init__.py").exists() or (path.suffix == ".py" and path.stem != "__init__")
    ]
    return {"connectors", "expectations", *(f"pipelines.{path.stem}" for path in inside)}


def table_of_rooms() -> list[tuple[int, str]]:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    found = re.findall(r"^\| (\d+) \| `([a-z_/.]+)` \| \S", text, re.MULTILINE)
    return [(int(layer), room.removesuffix(".py").replace("/", ".")) for layer, room in found]


def test_the_architecture_names_every_room_once():
    listed = [room for _, room in table_of_rooms()]
    assert len(listed) == len(set(listed))
    assert set(listed) == rooms_on_disk()


def test_the_layers_of_the_architecture_are_those_that_are_enforced(setup):
    lines = setup["importlinter:contract:flow"]["layers"].split("\n")
    enforced = [{room.strip() for room in line.split("|")} for line in lines if line.strip()]
    written: dict[int, set[str]] = {}
    for layer, room in table_of_rooms():
        written.setdefault(layer, set()).add(room)
    assert [written[layer] for layer in sorted(written)] == enforced
    assert sorted(written) == list(range(1, len(enforced) + 1))


def test_every_room_but_one_is_kept_free_of_airflow(setup):
    named = setup["importlinter:contract:airflow"]["source_modules"].split()
    assert len(named) == len(set(named))
    assert set(named) == rooms_on_disk() - {ABOVE_ALL}


def drawn(flow: str) -> list[str]:
    """The steps of a flow in the drawing, from left to right."""
    drawing = ElementTree.parse(DRAWING)  # noqa: S314  ours
    group = next(found for found in drawing.iter() if found.get("id") == flow)
    steps = [text for text in group.iter() if text.get("class") == "step"]
    return [str(text.text) for text in sorted(steps, key=lambda text: float(text.get("x", "0")))]


def test_the_drawing_shows_the_stages_in_their_order():
    assert drawn("audit") == list(ORDER)


def test_the_drawing_shows_the_tasks_of_the_night():
    tree = ast.parse((ROOT / "dags" / "nightly_audit.py").read_text(encoding="utf-8"))
    dag = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    tasks = [node.name for node in dag.body if isinstance(node, ast.FunctionDef)]
    assert drawn("nightly") == tasks


def test_the_drawing_shows_the_tasks_of_an_inquiry():
    text = (ROOT / "dags" / "answer_inquiry.py").read_text(encoding="utf-8")
    (flow,) = re.findall(r"^    (\w+(?: >> \w+)+)$", text, re.MULTILINE)
    assert drawn("inquiry") == flow.split(" >> ")


def test_every_dag_is_in_the_architecture():
    text = ARCHITECTURE.read_text(encoding="utf-8")
    for path in (ROOT / "dags").glob("*.py"):
        assert f"`dags/{path.name}`" in text, path.name


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_told_of_where_people_read(command):
    name = re.compile(rf"\btda {command}\b")
    told = [path for path in READERS if name.search(path.read_text(encoding="utf-8"))]
    assert told, command


def named(texts: list[str]) -> set[str]:
    """The packages that requirements or cells of the table name, spelt as an index spells them."""
    names = [re.split(r"[\[<>=!~;( ]", text.strip())[0] for text in texts]
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names if name}


def test_every_direct_dependency_has_a_reason(setup):
    extras = setup["options.extras_require"]
    required = [setup["options"]["install_requires"], *(extras[extra] for extra in extras)]
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    required += [name for name in build["requires"] if not name.startswith("setuptools")]
    direct = named("\n".join(required).splitlines())
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z][^|]+) \| [^|]+ \| [^|]{15,} \|$", page, re.MULTILINE)
    explained = named([name for row in rows for name in row.split(",")]) - {"package"}
    assert explained <= direct, "something that has gone is still explained"
    for_tests = page.partition("Only for tests and checks:")[2]
    assert direct - explained <= named(re.findall(r"[\w.-]*\w", for_tests))


def test_every_file_a_document_names_is_there():
    named = {
        (path.name, name)
        for path in READERS
        if path.parent.name != "controls"
        for name in re.findall(r"`([\w.-]+(?:/[\w.-]+)+\.\w+)`", path.read_text(encoding="utf-8"))
        if name.partition("/")[0] in TOP
    }
    assert len(named) > 20
    assert {found for found in named if not (ROOT / found[1]).exists()} == set()


def test_every_setting_that_is_read_is_told_of():
    sources = [path for name in CODE for path in (ROOT / name).rglob("*.py")]
    read = {name for path in sources for name in _settings(path)}
    told = {name for path in READERS for name in _settings(path)}
    assert len(read) > 10
    assert read - told == set()


def _settings(path: Path) -> set[str]:
    return set(re.findall(r"\bTDA_[A-Z][A-Z_0-9]*\b", path.read_text(encoding="utf-8")))
