"""SRC-07."""

from collections.abc import Iterator, Sequence

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, inapplicable, shown
from expectations.licences import terms_of
from expectations.terms import Terms
from pipelines.model.dataset import Dataset, Purpose
from pipelines.model.finding import Finding
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile
from pipelines.model.source import Source

_NC = ex.source("up", licence=ex.licence("CC-BY-NC-4.0"))
_MIT = ex.source("copy", licence=ex.licence("MIT"))


@control(
    examples=(
        Example(
            en="CC-BY-4.0 for fine-tuning",
            zh="CC-BY-4.0 用于微调",
            given={"dataset": ex.dataset(), "sources": (ex.source(),), "profile": ex.profile()},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="CC-BY-NC-4.0 for fine-tuning",
            zh="CC-BY-NC-4.0 用于微调",
            given={"dataset": ex.dataset(), "sources": (_NC,), "profile": ex.profile()},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="an unknown licence",
            zh="许可未知",
            given={
                "dataset": ex.dataset(),
                "sources": (ex.source(licence=ex.licence("LicenseRef-own")),),
                "profile": ex.profile(),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="an MIT copy derived from a CC-BY-NC-4.0 source",
            zh="MIT 副本派生自 CC-BY-NC-4.0 来源",
            given={
                "dataset": ex.dataset(derived_from=("up",)),
                "sources": (_NC, _MIT),
                "profile": ex.profile(),
            },
            expect=(Outcome.FAILED, Outcome.PASSED, Outcome.FAILED),
        ),
        Example(
            en="derived from a dataset whose terms are not in the manifest",
            zh="派生自清单之外的数据集",
            given={
                "dataset": ex.dataset(derived_from=("elsewhere",)),
                "sources": (_MIT,),
                "profile": ex.profile(),
            },
            expect=(Outcome.PASSED, Outcome.CANT_TELL),
        ),
        Example(
            en="for evaluation only",
            zh="仅用于评测",
            given={
                "dataset": ex.dataset(purpose=Purpose.EVALUATION),
                "sources": (_NC,),
                "profile": ex.profile(),
            },
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def src_07(
    dataset: Dataset,
    sources: Sequence[Source],
    profile: Profile,
    *,
    non_commercial: str,
    no_derivatives: str,
    share_alike: str,
) -> Iterator[Finding]:
    """Licence terms allow the intended use.

    Why: Article 7(2) asks that intellectual property is not infringed; a public service trained on
    text whose terms bar commercial use may do just that.
    Remedy: have the terms reviewed and attest the review in the policy, obtain other terms, or
    drop the source.
    """
    if not sources:
        yield cannot_tell("sources", msg("no source is registered"))
        return
    if dataset.purpose is Purpose.EVALUATION:
        yield inapplicable("dataset", msg("the declared purpose is evaluation, not training"))
        return
    outcome = {
        Terms.OPEN: Outcome.PASSED,
        Terms.UNKNOWN: Outcome.CANT_TELL,
        Terms.SHARE_ALIKE: Outcome(share_alike),
        Terms.NO_DERIVATIVES: Outcome(no_derivatives),
        Terms.NON_COMMERCIAL: Outcome(non_commercial),
    }
    records = {figures.source: figures.records for figures in profile.sources}
    terms = {source.id: terms_of(source.licence.spdx) for source in sources}
    for source in sources:
        held = terms[source.id]
        yield Finding(
            subject=f"source:{source.id}",
            outcome=outcome[held],
            message=_said(held, source),
            count=records.get(source.id, 0),
            base=profile.records,
            figures={"terms": held.value},
        )
    for upstream in dataset.derived_from:
        yield from _inherited(upstream, terms, outcome)


def _inherited(
    upstream: str, terms: dict[str, Terms], outcome: dict[Terms, Outcome]
) -> Iterator[Finding]:
    """What the terms of an upstream dataset mean for copies under freer ones."""
    if upstream not in terms:
        text = msg(
            "derived from {upstream}, whose terms are not in the manifest", upstream=shown(upstream)
        )
        yield cannot_tell(f"upstream:{upstream}", text)
        return
    order = list(Terms).index
    above = terms[upstream]
    freer = sorted(s for s, held in terms.items() if order(held) < order(above))
    if freer and outcome[above] is not Outcome.PASSED:
        text = msg(
            "{upstream} is {terms}; {count} sources derived from it state freer terms",
            upstream=shown(upstream),
            terms=above.value,
            count=len(freer),
        )
        yield Finding(
            subject=f"upstream:{upstream}",
            outcome=outcome[above],
            message=text,
            count=len(freer),
            base=len(terms),
            places=tuple(shown(name) for name in freer[:20]),
        )


def _said(terms: Terms, source: Source) -> Message:
    name = shown(source.id)
    stated = shown(source.licence.id or "")
    if source.licence.id is None:
        return msg("{source} states no licence whose terms could be judged", source=name)
    match terms:
        case Terms.OPEN:
            return msg("{licence} of {source} allows use and change", licence=stated, source=name)
        case Terms.SHARE_ALIKE:
            return msg(
                "{licence} of {source} asks that what derives from it is shared alike; "
                "whether a model does needs a review",
                licence=stated,
                source=name,
            )
        case Terms.NO_DERIVATIVES:
            return msg(
                "{licence} of {source} bars derivatives; whether training makes one needs a review",
                licence=stated,
                source=name,
            )
        case Terms.NON_COMMERCIAL:
            return msg("{licence} of {source} bars commercial use", licence=stated, source=name)
        case Terms.UNKNOWN:
            return msg(
                "what {licence} of {source} allows is not in the table and not reviewed",
                licence=stated,
                source=name,
            )
