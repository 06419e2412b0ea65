"""QLT-05."""

from collections.abc import Iterator
from typing import assert_never

from expectations import example_sets as sets
from expectations.control import Example, control
from expectations.findings import (
    cannot_tell,
    failed,
    inapplicable,
    passed,
    percent,
    places,
    shown,
    untested,
)
from pipelines.model.contamination import Contamination, SetOverlap, SetState
from pipelines.model.dataset import Dataset, Purpose
from pipelines.model.finding import Finding
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Level, Outcome
from pipelines.model.profile import Profile


@control(
    examples=(
        Example(
            en="nothing in common with either evaluation set",
            zh="与两个评测集都没有重合",
            given=sets.compared(sets.evaluation_set("exam"), sets.evaluation_set("refusals")),
            expect=(Outcome.PASSED, Outcome.PASSED),
        ),
        Example(
            en="one question of five hundred, nearly",
            zh="五百题中有一题近似",
            given=sets.compared(
                sets.evaluation_set(questions_near=1, records_near=3, places=("a.jsonl#7",))
            ),
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="two questions of five hundred, each inside a longer text",
            zh="五百题中有两题出现在更长的文本里",
            given=sets.compared(
                sets.evaluation_set(questions_inside=2, records_inside=2, places=("a.jsonl#9",))
            ),
            expect=(Outcome.FAILED,),
        ),
        Example(
            en="nothing found, and some questions too short to be looked for inside longer texts",
            zh="没有发现重合；部分题目过短，未在更长的文本中查找",
            given=sets.compared(sets.evaluation_set(questions_short=30)),
            expect=(Outcome.PASSED,),
        ),
        Example(
            en="all questions too short to be looked for inside longer texts",
            zh="所有题目都过短，无法在更长的文本中查找",
            given=sets.compared(sets.evaluation_set(questions_short=500)),
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="no evaluation set is known",
            zh="没有已知的评测集",
            given=sets.compared(),
            expect=(Outcome.UNTESTED,),
        ),
        Example(
            en="one evaluation set is clean, another was never audited",
            zh="一个评测集没有重合，另一个从未审计",
            given=sets.compared(
                sets.evaluation_set("exam"),
                sets.evaluation_set("new", state=SetState.NEVER_AUDITED, version=None),
            ),
            expect=(Outcome.PASSED, Outcome.CANT_TELL),
        ),
        Example(
            en="nothing found among texts too many of which are alike to compare them all",
            zh="没有发现重合，但相似文本过多，未能全部比较",
            given=sets.compared(sets.evaluation_set(crowded_keys=2)),
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="nothing found, but not every passage of the longer texts could be looked at",
            zh="没有发现重合，但更长的文本未能逐段查完",
            given=sets.compared(
                sets.evaluation_set(crowded_records=1), sets.evaluation_set(questions_unsearched=1)
            ),
            expect=(Outcome.CANT_TELL, Outcome.CANT_TELL),
        ),
        Example(
            en="an evaluation set without any text",
            zh="评测集没有文本",
            given=sets.compared(sets.evaluation_set(questions=0)),
            expect=(Outcome.CANT_TELL,),
        ),
        Example(
            en="the dataset is itself an evaluation set",
            zh="数据集本身就是评测集",
            given=sets.compared(purpose=Purpose.EVALUATION),
            expect=(Outcome.INAPPLICABLE,),
        ),
    ),
)
def qlt_05(
    dataset: Dataset, profile: Profile, contamination: Contamination, *, maximum_questions: int
) -> Iterator[Finding]:
    """Assessment questions kept out of training data.

    Why: questions the model was trained on show that it remembers them, not what it can do or how
    safe it is.
    Remedy: register the evaluation sets with purpose evaluation and audit them, then audit this
    dataset again; remove the records that `tda overlaps` lists.
    """
    if dataset.purpose is Purpose.EVALUATION:
        text = msg("the manifest declares it an evaluation set, which nothing is trained on")
        yield inapplicable("dataset", text, level=Level.ATTESTED)
        return
    if profile.records - profile.empty <= 0:
        yield cannot_tell("dataset", msg("there is no record with text"))
        return
    if not contamination.sets:
        text = msg(
            "no evaluation set is known: register one with purpose evaluation, audit it, then "
            "audit this dataset again"
        )
        yield untested("dataset", text)
    for one in contamination.sets:
        yield _of_set(one, contamination, maximum_questions)


def _of_set(one: SetOverlap, found: Contamination, limit: int) -> Finding:
    subject = f"evaluation:{one.dataset}"
    if one.state is not SetState.COMPARED:
        return cannot_tell(subject, _why_not(one))
    if not one.questions:
        text = msg("the evaluation set {set} holds no text", set=shown(one.dataset))
        return cannot_tell(subject, text)
    text = msg(
        "{count} of {all} questions of {set} ({share}) are in the data: {exact} exactly, {near} "
        "nearly (Jaccard {threshold} or more), {inside} inside longer texts ({passage} of a "
        "question or more); too short to be looked for there: {short}; the limit is {limit}",
        count=one.overlapping,
        all=one.questions,
        set=shown(one.dataset),
        share=percent(one.overlapping, one.questions),
        exact=one.questions_exact,
        near=one.questions_near,
        inside=one.questions_inside,
        short=one.questions_short,
        threshold=found.threshold,
        passage=str(found.inside_threshold),
        limit=limit,
    )
    if one.overlapping <= limit and (gap := _gap(one, found)):
        return cannot_tell(subject, gap, count=one.overlapping, base=one.questions)
    judge = passed if one.overlapping <= limit else failed
    return judge(
        subject,
        text,
        count=one.overlapping,
        base=one.questions,
        figures={
            "records_exact": one.records_exact,
            "records_near": one.records_near,
            "records_inside": one.records_inside,
        },
        places=places(one.places),
    )


def _gap(one: SetOverlap, found: Contamination) -> Message | None:
    """Why more questions may be in the data than were found; None where all was looked at."""
    if one.crowded_keys:
        return msg(
            "{count} of {all} questions of {set} were found in the data, and more may be there: so "
            "many texts are somewhat alike that not all of them were compared",
            count=one.overlapping,
            all=one.questions,
            set=shown(one.dataset),
        )
    if one.crowded_records or one.questions_unsearched:
        return msg(
            "{count} of {all} questions of {set} were found in the data, and more may be there: in "
            "{records} longer texts not every passage was looked at, and {questions} questions "
            "were not looked for, as they are too long or made of phrases that many of them have",
            count=one.overlapping,
            all=one.questions,
            set=shown(one.dataset),
            records=one.crowded_records,
            questions=one.questions_unsearched,
        )
    if found.inside_threshold is None or not one.looked_for_inside:
        return msg(
            "{count} of {all} questions of {set} were found as whole texts, and none was looked "
            "for inside longer texts: for that all are too short",
            count=one.overlapping,
            all=one.questions,
            set=shown(one.dataset),
        )
    return None


def _why_not(one: SetOverlap) -> Message:
    named = shown(one.dataset)
    match one.state:
        case SetState.UNKNOWN:
            return msg("the policy names {set}, which nobody registered", set=named)
        case SetState.NEVER_AUDITED:
            return msg("the evaluation set {set} was never audited to the end", set=named)
        case SetState.EVIDENCE_GONE:
            return msg("evidence of the last audit of {set} is gone; audit it again", set=named)
        case SetState.OTHER_SKETCH:
            return msg("{set} was audited by another version of tda; audit it again", set=named)
        case SetState.CHANGED:
            return msg(
                "files of {set} are gone or changed since its last audit; audit it again", set=named
            )
        case SetState.COMPARED:
            raise ValueError("it was compared")
        case _:
            assert_never(one.state)
