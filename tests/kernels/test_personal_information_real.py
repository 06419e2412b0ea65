import json

import pyarrow as pa
import pytest

from pipelines.kernels.personal_information import find_block
from pipelines.kernels.personal_information_numbers import PROVINCES

pytestmark = pytest.mark.real_data
SPANS = {"CREDIT_CARD": "card", "EMAIL_ADDRESS": "email", "IP_ADDRESS": "ip"}


def test_cards_addresses_and_mails_of_a_labelled_set_are_all_found_in_place(real_data):
    path = real_data / "F-presidio-research" / "generated_small.json"
    texts = json.loads(path.read_text(encoding="utf-8"))
    expected = {
        (index, SPANS[span["entity_type"]], span["start_position"], span["end_position"])
        for index, text in enumerate(texts)
        for span in text["spans"]
        if span["entity_type"] in SPANS
    }
    column = pa.array([text["full_text"] for text in texts], pa.large_string())
    found = {
        (index, hit.type.value, hit.start, hit.end)
        for some in find_block(column)
        for index, hit in some.hits()
        if hit.tier == "valid"
    }
    assert len(expected) >= 10
    assert found == expected


def test_every_province_of_the_published_region_codes_is_known(real_data):
    path = real_data / "F-cn-id" / "stdnum_cn_loc.dat"
    lines = path.read_text(encoding="utf-8").splitlines()
    # a province begins its line, its prefectures and counties are indented below it
    provinces = {line[:2] for line in lines if line[:2].isdecimal()}
    assert len(provinces) > 30
    assert provinces <= PROVINCES
