"""PI-02."""

from collections.abc import Iterator

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, inapplicable, passed, shown
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Level, Outcome
from pipelines.model.profile import ConsentCoverage, ConsentState, Profile
from pipelines.model.source import PersonalInformation

_AGAINST = frozenset({"lapsed", "withdrawn", "not_yet_given"})
_FOUND = ex.profile(pi_records=30, hits=(ex.hit("mobile", 30),))


@control(
    examples=(
        Example(
            en="valid consent for every record",
            zh="每条记录都有有效同意",
            given={"dataset": ex.dataset(), "profile": _FOUND, "consents": ex.consents(valid=30)},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="two consents have lapsed, one was withdrawn",
            zh="两条同意过期，一条撤回",
            given={
                "dataset": ex.dataset(),
                "profile": _FOUND,
                "consents": ex.consents(valid=27, lapsed=2, withdrawn=1),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="records that link to no person",
            zh="有记录不能关联到个人",
            given={
                "dataset": ex.dataset(),
                "profile": _FOUND,
                "consents": ex.consents(None, valid=20, not_linkable=10),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="another ground is declared and borne out by a document",
            zh="申明其他依据并附证据",
            given={
                "dataset": ex.dataset(evidence=(ex.document("basis"),)),
                "profile": _FOUND,
                "consents": ex.consents("13(6)", no_consent=30),
            },
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="another ground is declared, nothing bears it out",
            zh="申明其他依据，没有证据",
            given={
                "dataset": ex.dataset(),
                "profile": _FOUND,
                "consents": ex.consents("13(6)", no_consent=30),
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="declared free of personal information, and none found",
            zh="申明不含个人信息，也未发现",
            given={
                "dataset": ex.dataset(personal_information=PersonalInformation(present=False)),
                "profile": ex.profile(),
                "consents": ex.consents(None),
            },
            expect=(Outcome.INAPPLICABLE,),
        ),
        Example(
            en="none found, nothing declared",
            zh="未发现，也未申明",
            given={"dataset": ex.dataset(), "profile": ex.profile(), "consents": ex.consents(None)},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def pi_02(
    dataset: Dataset,
    profile: Profile,
    consents: ConsentCoverage | None,
    *,
    other_grounds: tuple[str, ...],
) -> Iterator[Finding]:
    """Lawful ground per record with personal information.

    Why: Article 7(3) asks for consent or another lawful case; consent that has lapsed or was
    withdrawn is no ground.
    Remedy: drop records whose consent has lapsed or was withdrawn, or ask again; for the rest give
    the subject column and the consents, or declare another ground with its evidence as
    `kind: basis`.
    """
    if consents is None or not profile.records:
        yield cannot_tell("dataset", msg("consent was not compared with the records"))
    elif not consents.count():
        yield _nothing_found(dataset, profile)
    elif consents.declared_basis in other_grounds:
        yield from _other_ground(dataset, consents)
    else:
        for source in sorted({s.source or "" for s in consents.states}):
            states = [s for s in consents.states if (s.source or "") == source]
            yield from _by_consent(source, states)


def _nothing_found(dataset: Dataset, profile: Profile) -> Finding:
    if profile.pi_records:
        return cannot_tell("dataset", msg("consent was not compared with the records"))
    if dataset.personal_information.present is False:
        text = msg("declared free of personal information, and the scan found none of its types")
        return inapplicable("dataset", text, level=Level.ATTESTED)
    text = msg(
        "the scan found none of its types, but the manifest does not say whether there is any"
    )
    return cannot_tell("dataset", text)


def _other_ground(dataset: Dataset, consents: ConsentCoverage) -> Iterator[Finding]:
    ground, count = consents.declared_basis or "", consents.count()
    held = sorted(document.name for document in dataset.evidence if document.kind == "basis")
    if held:
        text = msg(
            "{count} records rest on ground {ground}, with evidence on file",
            count=count,
            ground=ground,
        )
        yield passed(
            "dataset",
            text,
            count=count,
            base=count,
            level=Level.ATTESTED,
            places=tuple(shown(name) for name in held[:20]),
        )
    else:
        text = msg(
            "{count} records are said to rest on ground {ground}; no evidence for it is on file",
            count=count,
            ground=ground,
        )
        yield cannot_tell("dataset", text, count=count, base=count)
    if withdrawn := consents.count("withdrawn"):
        text = msg(
            "{count} records are of persons who withdrew consent; whether ground {ground} still "
            "holds for them cannot be told",
            count=withdrawn,
            ground=ground,
        )
        yield cannot_tell("dataset", text, count=withdrawn, base=count)


def _by_consent(source: str, states: list[ConsentState]) -> Iterator[Finding]:
    subject = f"source:{source}" if source else "dataset"
    whole = sum(s.records for s in states)
    against = [s for s in states if s.state in _AGAINST and s.records]
    lacking = [s for s in states if s.state not in _AGAINST | {"valid"} and s.records]
    if against:
        count = sum(s.records for s in against)
        text = msg(
            "{count} of {all} records rest on consent that has lapsed, was withdrawn "
            "or is not yet given",
            count=count,
            all=whole,
        )
        yield failed(subject, text, count=count, base=whole, **_details(against))
    if lacking:
        count = sum(s.records for s in lacking)
        text = msg(
            "{count} of {all} records link to no person or to no consent on record",
            count=count,
            all=whole,
        )
        yield cannot_tell(subject, text, count=count, base=whole, **_details(lacking))
    if not against and not lacking:
        text = msg("all {count} records that need it have consent in force", count=whole)
        yield passed(subject, text, count=whole, base=whole)


def _details(states: list[ConsentState]) -> dict[str, object]:
    ordered = sorted(states, key=lambda s: s.state)
    return {
        "figures": {s.state: s.records for s in ordered},
        "places": tuple(shown(place) for s in ordered for place in s.places)[:20],
    }
