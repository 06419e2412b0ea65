"""With verdicts on record the same ones are reached as without, and few texts are read."""

import hashlib

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.grouping import Groups, group
from pipelines.kernels.keeping import Texts, judge
from pipelines.kernels.normalise import normalise_block
from pipelines.kernels.rejudging import Recalled, foretell, rejudge

FACTORS = np.array([0x123456789ABCDEF, 0xFEDCBA987654321], np.uint64)
THRESHOLD = 0.6
words = st.lists(st.sampled_from(["alpha ", "beta ", "gamma ", "数据 "]), min_size=2, max_size=9)
corpora = st.lists(words.map("".join).map(str.strip), min_size=1, max_size=14, unique=True)


class Corpus:
    """Texts in their order; two of them share a key where they share a word of `joining`."""

    def __init__(self, texts: list[str], joining: tuple[str, ...]) -> None:
        having = [[n for n, text in enumerate(texts) if word in text] for word in joining]
        having = [members for members in having if len(members) > 1]
        entries = [(key, n) for key, members in enumerate(having) for n in members]
        order, self.groups = group(
            np.array([key for key, _ in entries], np.int32),
            np.array([n for _, n in entries], np.int32),
            len(texts),
        )
        self.texts = [texts[n] for n in order]
        self.chars = np.array([len(text) for text in self.texts], np.int64)
        digests = b"".join(hashlib.sha256(text.encode()).digest()[:16] for text in self.texts)
        self.names = np.frombuffer(digests, np.int64).reshape(-1, 2)
        self.loaded: list[int] = []

    def load(self, members) -> Texts:
        self.loaded += members.tolist()
        chosen = pa.array([self.texts[n] for n in members], pa.large_string())
        normal = normalise_block(chosen)
        return Texts(members=members, points=normal.points, ends=normal.offsets)

    def law(self):
        return judge(self.groups, self.chars, self.load, THRESHOLD)

    def record(self) -> dict[str, tuple[tuple[int, ...], str | None, float]]:
        """By text: what it was compared with, whom it is removed for, and how similar they are."""
        verdicts = self.law().verdicts
        seen, _ = foretell(self.groups, self.names, verdicts.kept_for < 0, FACTORS)
        for_whom = [None if n < 0 else self.texts[n] for n in verdicts.kept_for]
        rows = zip(map(tuple, seen.tolist()), for_whom, verdicts.similarity.tolist(), strict=True)
        return dict(zip(self.texts, rows, strict=True))

    def again(self, record, budget: int = 1000):
        def recall(seen) -> Recalled:
            found = [record.get(text) for text in self.texts]
            pairs = zip(found, map(tuple, seen.tolist()), strict=True)
            found = [one if one and one[0] == now else None for one, now in pairs]
            numbers = [self.texts.index(one[1]) if one and one[1] else -1 for one in found]
            return Recalled(
                known=np.array([one is not None for one in found], np.bool_),
                kept_for=np.array(numbers, np.int32),
                similarity=np.array([one[2] if one else 0.0 for one in found]),
            )

        kept = [record[text][1] is None if text in record else True for text in self.texts]
        return rejudge(
            self.groups,
            self.chars,
            self.names,
            self.load,
            THRESHOLD,
            kept=np.array(kept, np.bool_),
            recall=recall,
            factors=FACTORS,
            budget=budget,
        )


def told(judged) -> tuple[list[int], list[float], int]:
    verdicts = judged.verdicts
    return verdicts.kept_for.tolist(), verdicts.similarity.tolist(), judged.crowded_keys


@settings(max_examples=200, deadline=None)
@given(corpora, corpora, st.sets(st.integers(0, 13)), st.integers(0, 13), st.integers(1, 60))
def test_after_any_change_the_verdicts_are_those_of_the_law(texts, more, gone, turned, budget):
    joining = ("alpha", "beta")
    record = Corpus(texts, joining).record()
    left = [text for n, text in enumerate(texts) if n not in gone]
    came = [text for text in more if text not in left]
    now = [*left[turned:], *came[:3], *left[:turned], *came[3:]]
    corpus = Corpus(now, joining)
    assert told(corpus.again(record, budget)) == told(corpus.law())


def chain(count: int) -> list[str]:
    """Texts of one component: each shares a word with the next, every second one is a near one."""
    return [
        " ".join(f"w{n // 2 * 7 + k:05d}" for k in range(9)) + f" c{n:04d} c{n + 1:04d}"
        for n in range(count)
    ]


def test_of_a_large_component_only_what_a_change_touches_is_read():
    texts, joining = chain(400), tuple(f"c{n:04d}" for n in range(401))
    corpus = Corpus(texts, joining)
    assert corpus.groups.heads.tolist() == [0]
    record = corpus.record()
    assert sum(one[1] is not None for one in record.values()) == 200
    corpus.loaded.clear()
    assert told(corpus.again(record)) == told(corpus.law())
    assert set(corpus.loaded) == set(range(400))  # by the law, and by nothing else
    corpus.loaded.clear()
    corpus.again(record)
    assert corpus.loaded == []
    changed = Corpus(["a text that is new", *texts[1:]], joining)
    found = changed.again(record)
    # the second is kept now, and the third is compared with it
    assert {changed.texts[n] for n in changed.loaded} == set(texts[1:3])
    assert told(found) == told(changed.law())


def test_where_each_change_brings_the_next_one_it_ends_and_says_so():
    """Kept and removed take turns along a chain: one more in front turns every verdict over."""
    texts, joining = turns(60), tuple(f"c{n:04d}" for n in range(62))
    record = Corpus(texts[1:], joining).record()
    assert [one[1] is None for one in record.values()] == [n % 2 == 0 for n in range(59)]
    assert Corpus(texts, joining).again(record) is None
    few = Corpus(turns(9), joining)
    short = Corpus(turns(9)[1:], joining).record()
    assert told(few.again(short)) == told(few.law())


def turns(count: int) -> list[str]:
    """Each is near to the next: of thirty words they share all but one, and one joins them."""
    return [
        " ".join([*(f"w{n + k:05d}" for k in range(30)), f"c{n:04d}", f"c{n + 1:04d}"])
        for n in range(count)
    ]


def test_lists_of_texts_are_told_apart_by_their_order_and_length():
    groups = Groups(
        ends=np.arange(5, dtype=np.int64),
        keys=np.zeros(4, np.int32),
        sizes=np.array([4], np.int32),
        heads=np.array([0], np.int64),
    )
    kept = np.ones(4, np.bool_)
    names = np.array([[0, 0], [0, 0], [0, 1], [1, 0]], np.int64)
    seen, lists = foretell(groups, names, kept, FACTORS)
    assert seen[0].tolist() == [0, 0]
    assert len({tuple(one) for one in seen.tolist()}) == 4
    turned, _ = foretell(groups, names[[2, 0, 1, 3]], kept, FACTORS)
    assert turned[3].tolist() != seen[3].tolist()
    assert lists.members.tolist() == [0, 1, 2, 3]
