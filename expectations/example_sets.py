"""Evaluation sets for the examples of controls."""

from dataclasses import replace

from expectations import examples as ex
from pipelines.model.contamination import Contamination, SetOverlap, SetState
from pipelines.model.dataset import Purpose
from pipelines.model.ids import digest_of


def evaluation_set(dataset: str = "exam", **more: object) -> SetOverlap:
    """An evaluation set of 500 questions, of which nothing was found."""
    whole = SetOverlap(
        dataset=dataset,
        state=SetState.COMPARED,
        version=digest_of(dataset.encode()),
        questions=500,
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def contamination(*sets: SetOverlap) -> Contamination:
    """The comparison with `sets`."""
    return Contamination(
        sets=sets,
        threshold="0.8",
        recall_at_threshold="0.9983",
        sketch="example",
        inside_threshold="0.8",
    )


def compared(*sets: SetOverlap, purpose: Purpose = Purpose.FINE_TUNE) -> dict[str, object]:
    """The evidence of QLT-05: a dataset for `purpose`, and its comparison with `sets`."""
    return {
        "dataset": ex.dataset(purpose=purpose),
        "profile": ex.profile(),
        "contamination": contamination(*sets),
    }
