"""A dataset whose every text tries something; generated, so that nothing hostile is in the tree.

`Corpus` is what one manifest of it looks like on disk. The canaries are in records only: wherever
one of them turns up afterwards, text of a record has leaked.
"""

import bz2
import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from hostile_texts import BOMB, DEEP, ESCAPES, HIDDEN, SHOWN
from hostile_texts import CANARY as CANARY
from hostile_texts import FILE_NAMES as FILE_NAMES
from hostile_texts import FOLDER as FOLDER
from hostile_texts import FORMULAS as FORMULAS
from hostile_texts import MARKUP as MARKUP
from hostile_texts import MOVED as MOVED
from hostile_texts import PERSONS as PERSONS
from hostile_texts import SECOND_HALVES as SECOND_HALVES
from hostile_texts import payloads as payloads


class Corpus:
    """A folder with `dataset.yaml` and everything it names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = folder / "dataset.yaml"

    def write(self) -> "Corpus":
        """All files; the manifest is one that can be followed."""
        for name in ("data", "evidence", "people"):
            (self.folder / name).mkdir(parents=True)
        self._records()
        self._broken()
        self._bombs()
        self._documents()
        self._people()
        self.manifest.write_text(json.dumps(self._manifest(), ensure_ascii=False), "utf-8")
        return self

    def _records(self) -> None:
        rows = [
            {
                "id": f"{CANARY}-{place}",
                "text": text,
                # not declared, so anything at all may stand there
                "source": text if place % 3 else sources()[place % len(SHOWN)]["id"],
                "subject": f"{text} {place}",
                f"key {text}": text,
            }
            for place, text in enumerate(payloads())
        ]
        # each text twice, so that there are duplicates to tell of
        lines = "".join(json.dumps(row) + "\n" for row in [*rows, *rows])
        data = self.folder / "data"
        (data / "records.jsonl").write_text(lines)
        for place, name in enumerate(FILE_NAMES):
            (data / name).write_text(json.dumps(rows[place]) + "\n")
        (data / "array.json").write_text(json.dumps(rows))
        columns = ("id", "text", "source", "subject")
        pq.write_table(
            pa.table({name: [row[name] for row in rows] for name in columns}), data / "t.parquet"
        )
        with (data / "table.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([row[name] for name in columns] for row in rows)

    def _broken(self) -> None:
        data = self.folder / "data"
        deep = "[" * DEEP + f'"{CANARY}"' + "]" * DEEP
        (data / "deep.jsonl").write_text(f'{{"text": {deep}}}\n{{"text": "{CANARY}"\n')
        (data / "deep.json").write_text(f'[{{"text": {deep}}}, {{"te')
        (data / "huge-int.jsonl").write_text(
            f'{{"id": {"9" * 100_000}, "text": "{CANARY}", "source": 1e999999, "subject": 1}}\n'
        )
        (data / "not-utf8.jsonl").write_bytes(b'{"text": "' + CANARY.encode() + b'\xff"}\n')
        (data / "nul.jsonl").write_bytes(b"\0" * 5000 + CANARY.encode() + b"\n")

    def _bombs(self) -> None:
        data = self.folder / "data"
        line = b'{"id": "1", "text": "' + CANARY.encode() + b"a" * BOMB
        (data / "bomb.jsonl.gz").write_bytes(gzip.compress(line, 6))
        (data / "bomb.jsonl.zst").write_bytes(zstandard.compress(b"\n" * BOMB))
        (data / "bomb.jsonl.bz2").write_bytes(bz2.compress(b"[" * (BOMB // 16)))
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
            # of no date: what is quarantined does not depend on the hour
            archive.writestr(zipfile.ZipInfo("zeros"), b"0" * (BOMB // 4), zipfile.ZIP_DEFLATED)
        (data / "zip.jsonl").write_bytes(inner.getvalue())

    def _documents(self) -> None:
        evidence = self.folder / "evidence"
        text = "\n".join((*SHOWN, *ESCAPES, *HIDDEN))
        (evidence / "licence <b>&.txt").write_text(text, "utf-8")
        (evidence / "terms.html").write_text(text, "utf-8")
        (self.folder / "sources.jsonl").write_text(
            "".join(json.dumps(source) + "\n" for source in sources()), "utf-8"
        )
        (self.folder / "rules.yaml").write_text(json.dumps(rules()), "utf-8")

    def change(self) -> None:
        """Records that went, came and moved, all of them in files with hostile names."""
        data = self.folder / "data"
        (data / FILE_NAMES[0]).rename(data / MOVED)
        (data / FILE_NAMES[1]).unlink()
        with (data / FILE_NAMES[4]).open("a") as file:
            file.write(json.dumps({"id": CANARY, "text": f"{CANARY} {ESCAPES[0]}"}) + "\n")

    def _people(self) -> None:
        people = self.folder / "people"
        rows = [f"{place}{text}"[:200] for place, text in enumerate((*SHOWN, *ESCAPES[:3]))]
        table(
            people / "annotators.csv",
            ("annotator", "roles", "vendor", "topics", "qualified_from", "qualified_to"),
            [(who, f"annotate;{who}", who, who, "2026-01-01", "2026-02-01") for who in rows],
        )
        table(
            people / "labels.csv",
            ("item", "annotator", "label", "rule_version", "at", "seconds"),
            [
                (f"item {item}", who, rows[(item * place) % 5], rows[item % 3], "2026-03-01", "5")
                for item in range(4)
                for place, who in enumerate(rows)
            ],
        )
        table(
            people / "reviews.csv",
            ("item", "reviewer", "verdict", "at"),
            [(f"item {item}", rows[item], rows[item], "2026-03-02") for item in range(4)],
        )
        table(
            people / "consents.csv",
            ("subject", "basis", "purpose", "notice_version", "given_at"),
            [(f"{CANARY} {who}", "13(1)", who, who, "2026-01-01") for who in rows],
        )

    def _manifest(self) -> dict[str, object]:
        return {
            "dataset": "hostile",
            "title": {"zh": "".join(SHOWN[:3]), "en": " ".join(SHOWN)[:900]},
            "purpose": "fine_tune",
            "files": ["data/**"],
            "record": {"text": ["text"], "id": "id", "source": "source", "subject": "subject"},
            "sources": "sources.jsonl",
            "personal_information": {
                "present": True,
                "basis": "13(1)",
                "consents": "people/consents.csv",
                "extra": {SHOWN[0]: SHOWN[1]},
            },
            "annotation": {
                "rules": "rules.yaml",
                "annotators": "people/annotators.csv",
                "labels": {"files": ["people/labels.csv"]},
                "reviews": "people/reviews.csv",
            },
            "evidence": [{"kind": SHOWN[2], "file": "evidence/terms.html"}],
            "attributes": dict(zip(SHOWN, reversed(SHOWN), strict=True)),
        }


def sources() -> list[dict[str, object]]:
    """A source for each text that a declaration may hold, in every field that takes text."""
    return [
        {
            "id": f"{place} {text}",
            "type": "open_source",
            "publisher": text,
            "url": f"javascript:document.title='owned'//{text}",
            "licence": {
                "id": text,
                "text": "evidence/licence <b>&.txt",
                "verified_by": text,
                "verified_at": "2026-01-01",
            },
            "generated_by": {"model": text, "version": text},
            "evidence": [{"kind": text, "file": "evidence/terms.html"}],
        }
        for place, text in enumerate(SHOWN)
    ]


def rules() -> dict[str, object]:
    """Rules whose every section is hostile."""
    prose = " ".join(SHOWN)
    sections = ("goal", "data_format", "method", "quality_indicators")
    return {
        "version": SHOWN[0],
        "kind": "functional",
        "approved_by": list(SHOWN),
        "effective_from": "2026-01-01",
        **dict.fromkeys(sections, prose),
        "agreement": {"coefficient": "alpha", "minimum": "0.6"},
        "defects": dict.fromkeys(("critical", "major", "minor"), prose),
        "labels": [{"id": f"{at} {text}", "definition": prose} for at, text in enumerate(SHOWN)],
        "stages": dict.fromkeys(("annotate", "review"), prose),
        "constraints": dict.fromkeys(SHOWN, prose),
    }


def table(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def refused(folder: Path) -> dict[str, Path]:
    """Manifests that nobody should follow, by what is wrong with them."""
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text(f'{{"text": "{CANARY}"}}\n')
    good = 'dataset: a\ntitle: {en: a}\npurpose: pretrain\nfiles: ["a.jsonl"]\n'
    laughs = "a0: &a0 [lol, lol]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)
    )
    texts = {
        "anchors": good + laughs,
        "recursive anchor": good + "attributes: &a {a: *a}\n",
        "deep": good + "attributes: " + "[" * DEEP + "]" * DEEP + "\n",
        "deep blocks": good + "attributes:\n" + "".join(" " * n + "a:\n" for n in range(1, 2000)),
        "python tag": good + "attributes: !!python/object/apply:os.system ['touch owned']\n",
        "escape": good + f"attributes: {{a: {ESCAPES[1]}}}\n",
        "escape in a key": good + f'"{"a" * 50}\\e]0;owned\\a": 1\n',
        "format field": good + '"{count}{0.__class__}": 1\n',
        "markup": good + f'"{MARKUP[0]}": 1\n',
        "turned": good + '"\\u202egpj": 1\n',
        "not a format": good + 'format: "\\e[31m{0.__class__}"\n',
        "huge number": good + "annotation: {labels: {files: [a.jsonl]}, rules: r.yaml}\n",
        "climbs": good.replace("a.jsonl", "../../../etc/passwd"),
        "absolute": good.replace("a.jsonl", "/etc/passwd"),
        "address": good.replace("a.jsonl", "http://user:secret@127.0.0.1:9/\\e[31m"),
        "name of a file": good.replace("a.jsonl", "\\e]0;owned\\a.jsonl"),
        "empty": "",
        "nul": good + "\0",
    }
    (folder / "r.yaml").write_text(
        "kind: functional\nagreement: {minimum: 1E+999999999999999999}\n"
    )
    manifests = {}
    for place, (name, text) in enumerate(texts.items()):
        manifests[name] = folder / f"{place}.yaml"
        manifests[name].write_text(text, "utf-8")
    return manifests
