"""Which of the five topics of Article 19 the records of a run can answer, and what is missing."""

from collections.abc import Mapping

from pipelines.model.dataset import Dataset
from pipelines.model.profile import Profile

ANSWERED = "answered"
TOPICS = ("source", "scale", "type", "labelling_rules", "mechanism")


def answer_sheet(dataset: Dataset, profile: Profile) -> Mapping[str, str]:
    """Each topic as `answered`, or the id of what is missing.

    Reference: IM2023 19: source, scale, type, labelling rules and mechanism are to be explained.
    """
    return {
        "source": _source(dataset, profile),
        "scale": ANSWERED if profile.records else "no_records",
        "type": ANSWERED if profile.languages else "no_records",
        "labelling_rules": _rules(dataset),
        # the statement of mechanism belongs to the model (model.yaml), which nothing registers yet
        "mechanism": "no_statement",
    }


def _source(dataset: Dataset, profile: Profile) -> str:
    if not dataset.sources:
        return "no_source"
    return "unsourced_records" if profile.unsourced else ANSWERED


def _rules(dataset: Dataset) -> str:
    if dataset.annotation is None:
        return "no_annotation"
    return ANSWERED if dataset.annotation.rules else "no_rules"
