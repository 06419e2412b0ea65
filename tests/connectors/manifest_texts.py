"""The beginning of a manifest, and what is said against one."""

import pytest

from pipelines.model.errors import ConfigError

HEAD = """dataset: demo-set
title: {zh: 示例, en: Demo}
purpose: fine_tune
files: ["*.jsonl"]
"""


SOURCE = "  - {id: one, type: synthetic, licence: {id: null}}\n"


def faults(read, text):
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value)
