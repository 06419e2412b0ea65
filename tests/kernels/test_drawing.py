"""A draw can be repeated by hand, ignores the order of the input and prefers nobody."""

import hashlib
import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.kernels.drawing import draw, frame_digest

ITEMS = st.lists(st.text(max_size=8), max_size=30)


@given(ITEMS, st.integers(0, 40), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_and_repetition_of_the_input_do_not_matter(
    items: list[str], size: int, chance: Random
) -> None:
    moved = items + items[:3]
    chance.shuffle(moved)
    assert draw(moved, size, seed="7") == draw(items, size, seed="7")


@given(ITEMS, st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_a_draw_holds_distinct_items_of_the_frame(items: list[str], size: int) -> None:
    drawn = draw(items, size, seed="7").items
    assert len(drawn) == len(set(drawn)) == min(size, len(set(items)))
    assert set(drawn) <= set(items)


def test_a_stranger_draws_the_same_sample_from_the_description_alone() -> None:
    items = [f"条目-{i}" for i in range(40)]
    frame = json.dumps(sorted(items), separators=(",", ":")).encode()
    digest = "sha256:" + hashlib.sha256(frame).hexdigest()
    rank = {
        item: hashlib.sha256(b"20261121\0" + digest.encode() + b"\0" + item.encode()).digest()
        for item in items
    }
    drawn = draw(items, 5, seed="20261121")
    assert drawn.frame_digest == digest == frame_digest(items)
    assert drawn.items == tuple(sorted(items, key=rank.__getitem__)[:5])
    assert (drawn.algorithm, drawn.frame_size) == ("sha256-rank-1", 40)


def test_a_known_draw_never_changes() -> None:
    items = [f"item-{i:03}" for i in range(100)]
    assert draw(items, 4, seed="1").items == ("item-097", "item-076", "item-028", "item-041")


def test_a_larger_sample_begins_with_the_smaller_one() -> None:
    items = [str(i) for i in range(50)]
    assert draw(items, 20, seed="x").items[:7] == draw(items, 7, seed="x").items


def test_another_seed_or_another_frame_is_another_draw() -> None:
    items = [str(i) for i in range(200)]
    first = set(draw(items, 20, seed="a").items)
    assert first != set(draw(items, 20, seed="b").items)
    assert first != set(draw([*items, "200"], 20, seed="a").items)


def test_no_item_is_preferred() -> None:
    items = [str(i) for i in range(20)]
    times = Counter(i for seed in range(2000) for i in draw(items, 5, seed=str(seed)).items)
    expected = 2000 * 5 / 20
    # 20 cells drawn without replacement: 19 degrees of freedom, 43.8 is the 0.1 % point
    spread = sum((times[i] - expected) ** 2 / expected for i in items) / (1 - 5 / 20) * 19 / 20
    assert spread < 43.8


def test_ids_that_are_not_text_in_utf8_are_drawn_too() -> None:
    assert set(draw(["\udc80", "a"], 2, seed="s").items) == {"\udc80", "a"}


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        draw(["a"], -1, seed="s")
