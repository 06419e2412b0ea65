"""PI-03."""

from collections.abc import Iterator

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, inapplicable, passed
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Level, Outcome
from pipelines.model.profile import ConsentCoverage, Profile
from pipelines.model.source import PersonalInformation

_AGAINST = ("lapsed", "withdrawn", "not_yet_given")
_CARDS = ex.profile(pi_records=30, hits=(ex.hit("card", 10, sensitive=True),))
_SEPARATE = ex.dataset(evidence=(ex.document("separate_consent"),))


@control(
    examples=(
        Example(
            en="separate consent on file, every consent in force",
            zh="单独同意在案，同意均有效",
            given={"dataset": _SEPARATE, "profile": _CARDS, "consents": ex.consents(valid=30)},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="ten sensitive records, but only five of thirty with a consent in force",
            zh="十条敏感记录，三十条里只有五条同意有效",
            given={
                "dataset": _SEPARATE,
                "profile": _CARDS,
                "consents": ex.consents(valid=5, lapsed=25),
            },
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="no separate consent on file",
            zh="没有单独同意的证据",
            given={"dataset": ex.dataset(), "profile": _CARDS, "consents": ex.consents(valid=30)},
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="declared free of personal information, nothing sensitive found",
            zh="申明不含个人信息，未发现敏感类型",
            given={
                "dataset": ex.dataset(personal_information=PersonalInformation(present=False)),
                "profile": ex.profile(),
                "consents": None,
            },
            expect=(Outcome.INAPPLICABLE,),
        ),
        Example(
            en="nothing sensitive found, nothing declared",
            zh="未发现敏感类型，也未申明",
            given={"dataset": ex.dataset(), "profile": ex.profile(), "consents": None},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def pi_03(
    dataset: Dataset, profile: Profile, consents: ConsentCoverage | None
) -> Iterator[Finding]:
    """Separate consent for sensitive personal information.

    Why: leaked sensitive information does more harm, and one consent for everything does not cover
    it.
    Remedy: attach the evidence of separate consent as `kind: separate_consent`, or drop the
    records.
    """
    sensitive = [h for h in profile.hits if h.sensitive and h.tier == "valid"]
    # one record may hold several types, so the largest type is the number there surely is
    count = max((h.records for h in sensitive), default=0)
    if not count:
        yield _nothing_found(dataset, profile)
        return
    whole = consents.count() if consents else 0
    against = consents.count(*_AGAINST) if consents else 0
    surely = count + against - whole
    if against and surely > 0:
        text = msg(
            "at least {count} records with sensitive types rest on consent that is not in force",
            count=surely,
        )
        yield failed("dataset", text, count=surely, base=count)
        return
    separate = any(document.kind == "separate_consent" for document in dataset.evidence)
    if separate and consents is not None and whole and consents.count("valid") == whole:
        text = msg(
            "separate consent for {count} records with sensitive types is on file", count=count
        )
        yield passed("dataset", text, count=count, base=count, level=Level.ATTESTED)
        return
    text = msg(
        "{count} records hold sensitive types; separate consent for each of them is not shown",
        count=count,
    )
    yield cannot_tell("dataset", text, count=count, base=profile.records)


def _nothing_found(dataset: Dataset, profile: Profile) -> Finding:
    if profile.records and dataset.personal_information.present is False:
        text = msg("declared free of personal information, and the scan found no sensitive type")
        return inapplicable("dataset", text, level=Level.ATTESTED)
    text = msg("the scan found no sensitive type; those it cannot detect may still be there")
    return cannot_tell("dataset", text)
