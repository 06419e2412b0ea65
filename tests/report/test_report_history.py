"""What the pictures of trend and difference show, and what they may not leave out."""

import re
from collections import Counter
from dataclasses import replace

import pytest
import sample_history

from pipelines.model.history import PlaceChange
from pipelines.report.charts.changes import changes
from pipelines.report.charts.history import licences
from pipelines.report.drawings import PLACES, history
from pipelines.report.html import saying
from pipelines.report.model import HistoryPart
from pipelines.report.words import CHANGES

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def shown(many: dict[str, int]) -> list[PlaceChange]:
    """The places that are listed where each of these kinds has so many."""
    places = tuple(
        PlaceChange(what=what, kind=kind, before=None, after=f"a.jsonl#{row}", detail=None)
        for (what, kind), count in ((tuple(name.split()), count) for name, count in many.items())
        for row in range(count)
    )
    part = HistoryPart(
        points=sample_history.history(), changes=replace(sample_history.changes(), places=places)
    )
    found = list(history(part, saying("en")).places)
    assert sorted(found, key=places.index) == found  # in the order they were in
    return found


def test_the_first_places_of_each_kind_are_listed_though_others_have_many():
    found = Counter(f"{place.what} {place.kind}" for place in shown(dict.fromkeys(CHANGES, 5)))
    assert found == dict.fromkeys(CHANGES, PLACES // len(CHANGES))


def test_room_that_one_kind_does_not_need_is_given_to_the_others():
    found = shown({"hit added": 20, "record removed": 1})
    assert len(found) == PLACES
    assert [place.after for place in found if place.what == "record"] == ["a.jsonl#0"]
    assert [place.after for place in found][:3] == ["a.jsonl#0", "a.jsonl#1", "a.jsonl#2"]


@LANGUAGES
def test_the_share_of_a_licence_with_a_long_name_is_printed(language):
    name = "LicenseRef-The-Terms-Of-A-Supplier-With-A-Long-Name"
    last = replace(sample_history.history()[-1], licences={name: 3, "MIT": 997})
    words = re.findall(r">([^<>]+)</text>", licences([last], saying(language)))
    (mine,) = [line for line in words if line.startswith("LicenseRef-")]
    assert mine.endswith("… 0.30%")
    assert "MIT 99.70%" in words


@LANGUAGES
def test_no_kind_of_change_is_cut_short_and_no_count_leaves_the_drawing(language):
    say = saying(language)
    drawn = changes(dict.fromkeys(CHANGES, 1_234_567_890), say)
    words = re.findall(r">([^<>]+)</text>", drawn)
    assert [say(text) for text in CHANGES.values()] == words[::2]
    width = float(re.search(r'viewBox="0 0 (\d+)', drawn)[1])
    counts = re.findall(r'<text x="([\d.]+)"[^>]*>1,234,567,890<', drawn)
    assert len(counts) == len(CHANGES)
    assert max(float(x) for x in counts) + 13 * 6.4 <= width
