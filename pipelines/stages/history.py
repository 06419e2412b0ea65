"""The sealed runs of a dataset as points in time, read back from the store."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pipelines.model.history import UNSTATED, RunPoint
from pipelines.model.ids import RunId
from pipelines.model.profile import ConsentCoverage, Profile
from pipelines.model.run import AuditRun
from pipelines.model.source import Source
from pipelines.store.codec import from_json
from pipelines.store.database import Store
from pipelines.store.history import gates_of, outcomes_of, sealed_runs, summaries
from pipelines.store.registrations import dataset_at

NIGHTS = 14
"""Runs a report and a strip look back over, the newest included."""


def history_of(
    store: Store, dataset: str, *, upto: RunId | None = None, limit: int = NIGHTS
) -> tuple[RunPoint, ...]:
    """The newest `limit` sealed runs, oldest first; those sealed up to the run `upto`, if named."""
    return points_of(store, sealed_runs(store, dataset, upto=upto, limit=limit))


def points_of(store: Store, audited: Sequence[AuditRun]) -> tuple[RunPoint, ...]:
    """The figures of each of the runs, all of which have reached a gate."""
    ids = [run.id for run in audited]
    left = summaries(store, ids, ("profile", "controls"))
    reached, outcomes = gates_of(store, ids), outcomes_of(store, ids)
    points = []
    for run in audited:
        profile = from_json(Profile, str(left[run.id]["profile"]["profile"]))
        held = left[run.id]["controls"].get("consents")
        consents = from_json(ConsentCoverage, str(held)) if held else None
        points.append(
            RunPoint(
                run=run.id,
                at=run.at,
                version=run.version,
                policy_digest=run.policy_digest,
                code_version=run.code_version,
                gate=reached[run.id],
                records=profile.records,
                quarantined=profile.quarantined,
                exact_duplicates=profile.exact_duplicates,
                near_duplicates=profile.near_duplicates,
                personal_information=sum(hit.hits for hit in profile.hits if hit.tier == "valid"),
                consent_base=consents.count() if consents else 0,
                consent_valid=consents.count("valid") if consents else 0,
                licences=licence_mix(dataset_at(store, run.registration).sources, profile),
                outcomes=outcomes[run.id],
            )
        )
    return tuple(points)


def licence_mix(sources: Sequence[Source], profile: Profile) -> Mapping[str, int]:
    """Records by the licence declared for their source, most records first."""
    stated = {source.id: source.licence.spdx or source.licence.id for source in sources}
    counts: Counter[str] = Counter()
    for part in profile.sources:
        licence = stated.get(part.source) if part.source is not None else None
        counts[licence or UNSTATED] += part.records
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
