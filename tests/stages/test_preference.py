import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import ReadRequest
from expectations.keep import Keep
from expectations.policy_parts import Duplicates as Rule
from expectations.terms import Terms
from pipelines.engine.local import Local
from pipelines.kernels.minhash import band_keys
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.shingles import shingles_of
from pipelines.model.source import Licence, Source
from pipelines.stages.duplicates import Duplicates, find_duplicates
from pipelines.stages.placing import places
from pipelines.stages.preference import Preference
from pipelines.stages.preferring import preference_of, stated
from pipelines.stages.rereading import Rereader
from pipelines.stages.sketching import sketch_file

REQUEST = ReadRequest(columns=("text",))
sentences = st.lists(
    st.sampled_from(["training data ", "审计平台 ", "is checked ", "every night ", "  ", "Ａ "]),
    max_size=10,
).map("".join)
corpora = st.lists(st.lists(sentences, max_size=6), min_size=1, max_size=4)
rules = st.sampled_from(
    [
        (Keep.FIRST,),
        (Keep.LONGER_TEXT,),
        (Keep.BETTER_LICENCE,),
        (Keep.EARLIER_SOURCE, Keep.LONGER_TEXT),
        (Keep.LONGER_TEXT, Keep.BETTER_LICENCE),
    ]
)


def find(
    folder: Path, files, preference: Preference, *, shuffle=0, workers=1, budget=1 << 24
) -> Duplicates:
    """The duplicates of `files`, whose n-th is of the n-th source; flat tables in any order."""
    work = folder / f"work-{np.random.default_rng().integers(1 << 62)}"
    work.mkdir()
    paths = []
    for number, values in enumerate(files):
        paths.append(work / f"{number}.jsonl")
        lines = [json.dumps({"text": value}) for value in values]
        paths[-1].write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    flat = []
    for number in range(len(paths)):
        out = sketch_file(str(number), paths=paths, request=REQUEST, folder=str(work))["out"]
        if out is not None:
            table = pq.read_table(out)
            at = table.schema.get_field_index("source")
            of_file = pa.array([number] * table.num_rows, pa.int64())
            pq.write_table(table.set_column(at, "source", of_file), out)
            flat.append(out)
    flat = [flat[at] for at in np.random.default_rng(shuffle).permutation(len(flat))]
    with Local(workers, "200MB", folder / "temp") as engine:
        return find_duplicates(
            flat,
            engine=engine,
            folder=work,
            rereader=Rereader(paths, [REQUEST] * len(paths)),
            threshold=0.8,
            preference=preference,
            budget=budget,
        )


def pairs_of(found: Duplicates):
    columns = (found.removed, found.kept, found.similarity, found.exact)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def worth(preference: Preference, file: int, text: str):
    """What a record is preferred by, smaller first."""
    of = {
        Keep.FIRST: 0,
        Keep.LONGER_TEXT: -len(text),
        Keep.BETTER_LICENCE: int(preference.licences[file]),
        Keep.EARLIER_SOURCE: int(preference.collected[file]),
    }
    return [of[criterion] for criterion in preference.criteria]


def law(files, preference: Preference):
    """The pairs by the law as it is written, in plain Python."""
    records = {
        int(places(number, np.array([row]))[0]): (number, normalise(value))
        for number, values in enumerate(files)
        for row, value in enumerate(values)
        if normalise(value)
    }
    order = sorted(records, key=lambda place: [*worth(preference, *records[place]), place])
    texts = [records[place][1] for place in order]
    keys = dict(
        zip(order, band_keys(normalise_block(pa.array(texts, pa.large_string()))), strict=True)
    )
    first, verdict, out = {}, {}, []
    for place in order:
        text = records[place][1]
        if text in first:
            kept, similarity = verdict[first[text]]
            out.append((place, kept, float(similarity), True))
            continue
        first[text] = place
        best = (place, Fraction(1))
        for other in [known for known, (kept, _) in verdict.items() if kept == known]:
            a, b = shingles_of(text), shingles_of(records[other][1])
            similarity = Fraction(len(a & b), len(a | b))
            closer = best[0] == place or similarity > best[1]
            if similarity >= Fraction(4, 5) and closer and (keys[place] == keys[other]).any():
                best = (other, similarity)
        verdict[place] = best
        if best[0] != place:
            out.append((place, best[0], float(best[1]), False))
    return sorted(out), records


def preference(criteria, files: int, draw=0) -> Preference:
    """Ranks of sources drawn with ties; the last one is that of no source."""
    ranks = np.random.default_rng(draw).integers(0, 2, (2, files + 1))
    return Preference(criteria=criteria, licences=ranks[0], collected=ranks[1])


@settings(max_examples=60, deadline=None)
@given(corpora, rules, st.integers(0, 5))
def test_the_record_that_is_kept_is_that_of_the_rule(tmp_path_factory, files, criteria, draw):
    folder = tmp_path_factory.mktemp("rule")
    chosen = preference(criteria, len(files), draw)
    found = pairs_of(find(folder, files, chosen))
    expected, records = law(files, chosen)
    assert found == expected
    for removed, kept, similarity, _exact in found:
        # no chains: the pair itself reaches the threshold, and what is kept is removed nowhere
        a, b = shingles_of(records[removed][1]), shingles_of(records[kept][1])
        assert len(a & b) / len(a | b) == pytest.approx(similarity, abs=1e-12)
        assert similarity >= 0.8
        assert kept not in {pair[0] for pair in found}
        assert [*worth(chosen, *records[kept]), kept] < [*worth(chosen, *records[removed]), removed]
        if criteria[0] is Keep.LONGER_TEXT:
            assert len(records[kept][1]) >= len(records[removed][1])


@settings(max_examples=25, deadline=None)
@given(corpora, rules, st.integers(0, 1000), st.sampled_from([40, 1 << 24]))
def test_neither_the_order_of_processing_nor_workers_nor_memory_decide(
    tmp_path_factory, files, criteria, shuffle, budget
):
    folder = tmp_path_factory.mktemp("order")
    chosen = preference(criteria, len(files))
    once = pairs_of(find(folder, files, chosen))
    again = find(folder, files, chosen, shuffle=shuffle, workers=2, budget=budget)
    assert pairs_of(again) == once


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(sentences, max_size=4), min_size=2, max_size=4), st.randoms())
def test_where_the_rule_leaves_nothing_open_the_order_of_the_files_decides_nothing(
    tmp_path_factory, files, random
):
    folder = tmp_path_factory.mktemp("files")
    # every file of a source of its own, no two of them alike, and no file with a tie inside
    files = [sorted({normalise(v): v for v in values}.values(), key=len) for values in files]
    files = [
        [v for n, v in enumerate(vs) if n == 0 or len(normalise(v)) != len(normalise(vs[n - 1]))]
        for vs in files
    ]
    ranks = np.arange(len(files) + 1)
    criteria = (Keep.BETTER_LICENCE, Keep.LONGER_TEXT)
    moved = list(range(len(files)))
    random.shuffle(moved)

    def named(order):
        licences = np.append(ranks[order], len(files))
        found = find(
            folder,
            [files[number] for number in order],
            Preference(criteria=criteria, licences=licences, collected=ranks),
        )
        name = [(order[int(p) >> 40], int(p) & ((1 << 40) - 1)) for p in found.removed]
        kept = [(order[int(p) >> 40], int(p) & ((1 << 40) - 1)) for p in found.kept]
        return sorted(zip(name, kept, found.similarity.tolist(), found.exact.tolist(), strict=True))

    assert named(moved) == named(list(range(len(files))))


def source(name: str, spdx: str | None, day: date | None = None) -> Source:
    return Source(id=name, type=None, licence=Licence(id=spdx, spdx=spdx), collected_from=day)


def rule(*keep: str) -> Rule:
    return Rule(threshold=Decimal("0.8"), keep=keep, licence_order=tuple(Terms))


def test_sources_are_ranked_by_their_licence_and_by_the_day_they_were_collected():
    sources = [
        source("d", "CC-BY-NC-4.0", date(2020, 1, 1)),
        source("a", "MIT"),
        source("c", None, date(2019, 1, 1)),
        source("b", "CC-BY-SA-4.0", date(2020, 1, 1)),
    ]
    found = preference_of(
        rule("better_licence", "earlier_source"), sources, ["a", "b", "c", "d", "gone"]
    )
    # by number, then no source; no licence is unknown terms, no day comes after every day
    assert found.licences.tolist() == [0, 1, 2, 4, 2, 2]
    assert found.collected.tolist() == [2, 1, 0, 1, 2, 2]


def test_only_what_the_rule_reads_of_the_sources_decides_what_is_stated():
    mit, late = [source("a", "MIT")], [source("a", "MIT", date(2021, 1, 1))]
    other = [source("a", "CC-BY-NC-4.0")]
    assert stated(rule("first"), mit) == stated(rule("first"), other)
    assert stated(rule("longer_text"), mit) == stated(rule("longer_text"), other)
    assert stated(rule("better_licence"), mit) == stated(rule("better_licence"), late)
    assert stated(rule("better_licence"), mit) != stated(rule("better_licence"), other)
