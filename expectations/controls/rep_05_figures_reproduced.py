"""REP-05."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, passed
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Level, Outcome
from pipelines.model.profile import Profile


@control(
    examples=(
        Example(
            en="figures that agree",
            zh="数字相互吻合",
            given={"profile": ex.profile(), "files": ex.files({})},
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="bytes that do not add up",
            zh="字节数对不上",
            given={"profile": ex.profile(bytes=1), "files": ex.files({})},
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="a table of files without files",
            zh="文件表为空",
            given={"profile": ex.profile(ex.source_profile(records=0)), "files": ex.files()},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def rep_05(profile: Profile, files: pa.Table) -> Iterator[Finding]:
    """Scale and mix reproducible.

    Why: Article 19 asks for scale and type; figures that do not agree explain nothing.
    Remedy: audit the version again; report a fault of the program when they still differ.
    """
    if not files.num_rows or not profile.records:
        yield cannot_tell("dataset", msg("there are no files or records to count again"))
        return
    again = {
        "files": (profile.files, files.num_rows),
        "bytes": (profile.bytes, pc.sum(files["bytes"]).as_py()),
        "records": (profile.records, sum(part.records for part in profile.sources)),
        "text_bytes": (profile.text_bytes, sum(part.bytes for part in profile.sources)),
        "chars": (profile.chars, sum(part.chars for part in profile.sources)),
        "languages": (profile.records, sum(profile.languages.values())),
    }
    wrong = {name: counts for name, counts in again.items() if counts[0] != counts[1]}
    for name, (stated, counted) in wrong.items():
        text = msg(
            "{figure}: {stated} is stated, {counted} was counted again",
            figure=name,
            stated=stated,
            counted=counted,
        )
        yield failed(f"figure:{name}", text, level=Level.RECOMPUTED, count=counted, base=stated)
    if not wrong:
        text = msg("{count} figures follow again from the tables", count=len(again))
        yield passed("dataset", text, level=Level.RECOMPUTED, count=len(again), base=len(again))
