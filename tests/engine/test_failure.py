"""Why an item failed can be said in both languages, whoever did it and wherever."""

import errno

import pyarrow as pa
import pytest

from pipelines.engine.attempt import attempt
from pipelines.engine.failure import killed, reason_of
from pipelines.language.catalogue import translate
from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg
from pipelines.model.os_reason import os_reason

QUOTED = "text of a record"


def failing(item: str) -> dict[str, object]:
    errors = {
        "full": OSError(errno.ENOSPC, "No space left on device", "/tmp/part"),  # noqa: S108
        "arrow": OSError(errno.EFBIG, "Error writing bytes to file. Detail: File too large"),
        "damaged": OSError(QUOTED),
        "library": pa.ArrowInvalid(QUOTED),
        "ours": EvidenceError(msg("Evidence is gone"), advice=msg("Restore it.")),
        "memory": MemoryError(),
    }
    raise errors[item]


@pytest.mark.parametrize(
    ("item", "english", "chinese"),
    [
        ("full", "the disk is full", "磁盘已满"),
        ("arrow", "the file is larger than a file may be here", "文件超过此处允许的大小"),
        ("ours", "Evidence is gone", "证据已不在"),
        ("memory", "the memory is used up", "内存已用尽"),
    ],
)
def test_it_is_said_in_the_language_of_the_reader(item, english, chinese) -> None:
    reason = reason_of(attempt(failing, item))
    assert (translate(reason, "en"), translate(reason, "zh")) == (english, chinese)


@pytest.mark.parametrize("item", ["damaged", "library"])
def test_what_a_library_says_is_replaced_by_its_place(item) -> None:
    for lang, said in (("en", "a fault in the program: "), ("zh", "程序故障：")):
        shown = translate(reason_of(attempt(failing, item)), lang)
        assert shown.startswith(said)
        assert "test_failure.py:" in shown
        assert QUOTED not in shown


def test_a_killed_worker_is_told() -> None:
    summary = killed("a", "BrokenProcessPool")
    assert summary["error"] == "BrokenProcessPool: the worker process was killed"
    assert translate(reason_of(summary), "zh") == "工作进程被终止"


@pytest.mark.parametrize(
    ("number", "chinese"),
    [
        (errno.ENOSPC, "磁盘已满"),
        (errno.EROFS, "磁盘为只读"),
        (errno.EACCES, "当前用户没有权限"),
        (errno.EMFILE, "打开的文件过多"),
        (errno.EDQUOT, "当前用户的配额已用完"),
        (errno.ENAMETOOLONG, "名称过长"),
    ],
)
def test_what_people_meet_has_words(number, chinese) -> None:
    assert translate(os_reason(OSError(number, "in English")), "zh") == chinese
