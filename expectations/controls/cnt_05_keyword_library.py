"""CNT-05."""

from collections.abc import Iterator
from string import ascii_lowercase

from expectations import examples as ex
from expectations.control import Example, control
from expectations.findings import cannot_tell, failed, passed
from pipelines.model.finding import Finding
from pipelines.model.keywords import LibrarySize
from pipelines.model.message import msg
from pipelines.model.outcome import Outcome


@control(
    examples=(
        Example(
            en="10,200 terms, 600 for each risk",
            zh="一万零二百个关键词，每类六百个",
            given={"keyword_library": ex.keyword_library()},
            expect=(Outcome.PASSED, Outcome.PASSED),
        ),
        Example(
            en="enough in all, too few for two risks",
            zh="总量足够，两类不足",
            given={"keyword_library": ex.keyword_library(20_400, A_1_a=199, A_2_i=0)},
            expect=(Outcome.PASSED, Outcome.FAILED),
        ),
        Example(
            en="one term short of ten thousand",
            zh="差一个满一万",
            given={"keyword_library": ex.keyword_library(9_996, A_1_b=591)},
            expect=(Outcome.FAILED, Outcome.PASSED),
        ),
        Example(
            en="the policy names no library",
            zh="策略未指定关键词库",
            given={"keyword_library": None},
            expect=(Outcome.CANT_TELL,),
        ),
    ),
)
def cnt_05(
    keyword_library: LibrarySize | None,
    *,
    minimum_terms: int,
    risks_by_class: tuple[str, ...],
    minimum_by_class: tuple[str, ...],
) -> Iterator[Finding]:
    """Keyword library size and per-risk coverage.

    Why: a short list of words, or one that is silent on some risks, lets through what nobody
    looked for.
    Remedy: name the library in the policy (`keywords: {library: keywords.csv}`, columns term and
    risk), and add terms to the named risks.
    """
    if keyword_library is None:
        yield cannot_tell("dataset", msg("the policy names no keyword library"))
        return
    count = keyword_library.terms
    text = msg(
        "the library has {count} distinct terms; at least {minimum} are asked for",
        count=count,
        minimum=minimum_terms,
    )
    judge = passed if count >= minimum_terms else failed
    yield judge("dataset", text, count=count, base=minimum_terms)
    wanted = _wanted(risks_by_class, minimum_by_class)
    short = [risk for risk, least in wanted.items() if keyword_library.risks.get(risk, 0) < least]
    if short:
        text = msg(
            "{count} of {all} risks have fewer terms than asked for",
            count=len(short),
            all=len(wanted),
        )
        figures = {risk: keyword_library.risks.get(risk, 0) for risk in short}
        yield failed(
            "dataset",
            text,
            count=len(short),
            base=len(wanted),
            figures=figures,
            places=tuple(short[:20]),
        )
    else:
        text = msg("each of the {all} risks has as many terms as asked for", all=len(wanted))
        yield passed("dataset", text, count=0, base=len(wanted))


def _wanted(sizes: tuple[str, ...], minimums: tuple[str, ...]) -> dict[str, int]:
    """How many terms each risk needs: `A.2=9` and `A.2=100` make 100 for A.2.a … A.2.i."""
    letters = {name: int(size) for name, _, size in (part.partition("=") for part in sizes)}
    return {
        f"{name}.{letter}": int(least)
        for name, _, least in (part.partition("=") for part in minimums)
        for letter in ascii_lowercase[: letters[name]]
    }
