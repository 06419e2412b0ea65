"""PI-01."""

from collections.abc import Iterator

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, passed
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome
from pipelines.model.profile import Profile


@control(
    examples=(
        Example(
            en="everything was read and scanned",
            zh="全部读取并扫描",
            given={"profile": ex.profile()},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="three items could not be read",
            zh="三个条目无法读取",
            given={"profile": ex.profile(quarantined=3, quarantine_reasons={"malformed": 3})},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="a truncated archive: how much is missing is unknown",
            zh="归档被截断，缺多少不知道",
            given={
                "profile": ex.profile(
                    quarantined=1, quarantined_unknown=1, quarantine_reasons={"truncated": 1}
                )
            },
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="no records",
            zh="没有记录",
            given={"profile": ex.profile(ex.source_profile(records=0))},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def pi_01(profile: Profile) -> Iterator[Finding]:
    """Personal-information scan covers all data.

    Why: nobody can say whether records that were never scanned hold personal information.
    Remedy: repair or remove the quarantined items, then audit again.
    """
    known = profile.quarantined - profile.quarantined_unknown
    if known:
        text = msg("{count} items could not be read and were not scanned", count=known)
        yield failed("dataset", text, count=known, base=profile.records + known)
    if profile.quarantined_unknown:
        text = msg(
            "{count} tails of unknown extent could not be read and were not scanned",
            count=profile.quarantined_unknown,
        )
        yield cannot_tell("dataset", text, count=profile.quarantined_unknown)
    if not profile.records:
        yield cannot_tell("dataset", msg("no record was read"))
    elif not profile.quarantined:
        text = msg("all {count} records were scanned", count=profile.records)
        yield passed("dataset", text, count=profile.records, base=profile.records)
