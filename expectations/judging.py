"""Judging: one control over the evidence, and the whole catalogue over it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from expectations.catalogue import UNCONFIRMED, Entry, catalogue
from expectations.control import OPTIONAL, Control
from expectations.findings import cannot_tell, day, inapplicable, nothing_labelled, shown
from expectations.policy import Policy, printed
from expectations.policy_parts import Attestation
from pipelines.model.audit import ControlResult
from pipelines.model.dataset import Dataset
from pipelines.model.finding import Finding
from pipelines.model.message import msg
from pipelines.model.outcome import Level, Outcome, Severity

Attempt = Callable[[Entry, Callable[[], ControlResult]], ControlResult]
"""How one judgement is carried out; the stage catches what a control should not have raised."""


def judge_all(
    evidence: Mapping[str, object],
    digests: Mapping[str, str],
    policy: Policy,
    *,
    attempt: Attempt = lambda entry, judgement: judgement(),
) -> tuple[ControlResult, ...]:
    """A result for every entry of the catalogue, in its order.

    Controls over `results` are judged last, over the results of all others.
    """
    entries = catalogue()
    held: dict[str, ControlResult] = {}
    late = {e.id for e in entries.values() if e.control and "results" in e.control.evidence}
    for entry in sorted(entries.values(), key=lambda e: e.id in late):
        if entry.id in late:
            others = tuple(held[number] for number in entries if number in held)
            evidence = {**evidence, "results": others}

        def judgement(entry: Entry = entry, seen: Mapping[str, object] = evidence) -> ControlResult:
            return judge_entry(entry, seen, policy, digests)

        held[entry.id] = attempt(entry, judgement)
    return tuple(held[number] for number in entries)


def judge(
    control: Control,
    evidence: Mapping[str, object],
    policy: Policy,
    digests: Mapping[str, str] | None = None,
) -> ControlResult:
    """What `control` says of the evidence, as it counts under the policy."""
    return judge_entry(catalogue()[control.id], evidence, policy, digests or {})


def judge_entry(
    entry: Entry, evidence: Mapping[str, object], policy: Policy, digests: Mapping[str, str]
) -> ControlResult:
    """The result of one entry: its test's findings, and what a person attests beside them."""
    if entry.control is not None:
        findings = findings_of(entry.control, evidence, policy)
    else:
        findings = (_without_test(entry, evidence),)
    attested = _attested(entry, policy, evidence.get("at"))
    if attested is not None:
        findings = _with_attestation(entry, findings, attested)
    severity, lowered = severity_of(entry, policy)
    test = entry.control
    limits = policy.thresholds.get(entry.id, {})
    return ControlResult(
        control=entry.id,
        severity=severity,
        lowered=lowered,
        findings=findings,
        evidence={
            name: digests[name] for name in (test.evidence if test else ()) if name in digests
        },
        thresholds={name: printed(limits[name]) for name in (test.thresholds if test else ())},
    )


def findings_of(
    control: Control, evidence: Mapping[str, object], policy: Policy
) -> tuple[Finding, ...]:
    """The control's own findings; evidence that was not gathered is `cantTell`."""
    lacking = [n for n in control.evidence if evidence.get(n) is None and n not in OPTIONAL]
    if lacking:
        return (
            cannot_tell("dataset", msg("not gathered: {evidence}", evidence=", ".join(lacking))),
        )
    given = {name: evidence.get(name) for name in control.evidence}
    limits = policy.thresholds.get(control.id, {})
    found = tuple(control.findings(**given, **{name: limits[name] for name in control.thresholds}))
    return found or (cannot_tell("dataset", msg("the evidence holds nothing to judge")),)


def crashed(entry: Entry, policy: Policy, error: BaseException) -> ControlResult:
    """The result of a test that raised: `untested`, with the class of the error and no text."""
    severity, lowered = severity_of(entry, policy)
    name = type(error).__name__
    message = msg("the test did not finish: {error}", error=name)
    finding = Finding(
        subject="dataset", outcome=Outcome.UNTESTED, message=message, figures={"error": name}
    )
    return ControlResult(control=entry.id, severity=severity, lowered=lowered, findings=(finding,))


def severity_of(entry: Entry, policy: Policy) -> tuple[Severity, bool]:
    """The severity that counts, and whether it is lowered because the clause is unconfirmed."""
    confirmed = {confirmation.clause for confirmation in policy.confirmations}
    unsure = entry.confidence in UNCONFIRMED and entry.rests_on not in confirmed
    lowered = entry.severity is Severity.BLOCKER and unsure
    return (Severity.HIGH if lowered else entry.severity), lowered


def _without_test(entry: Entry, evidence: Mapping[str, object]) -> Finding:
    """Inapplicable where the manifest declares nothing of the kind, else untested."""
    dataset = evidence.get("dataset")
    if entry.only and isinstance(dataset, Dataset):
        types = {source.type for source in dataset.sources}
        if entry.only == ("annotation",):
            if dataset.annotation is None:
                return nothing_labelled()
        elif types and None not in types and types.isdisjoint(entry.only):
            text = msg("no source is of type {type}", type=", ".join(entry.only))
            return inapplicable("sources", text, level=Level.ATTESTED)
    return Finding(
        subject="dataset",
        outcome=Outcome.UNTESTED,
        message=msg("no test for this control in this version; attest it by hand"),
    )


def _attested(entry: Entry, policy: Policy, at: object) -> Attestation | None:
    """The latest attestation on record for the entry that was made by the clock of the run."""
    made = [
        attestation
        for attestation in policy.attestations
        if attestation.control == entry.id
        and isinstance(at, datetime)
        and attestation.at <= day(at)
    ]
    return max(made, key=lambda attestation: attestation.at, default=None)


def _with_attestation(
    entry: Entry, findings: Sequence[Finding], attested: Attestation
) -> tuple[Finding, ...]:
    """An attestation stands in for a missing test, and settles what a human test left open.

    It never replaces what a test found against, nor anything of a control that is computed.
    """
    finding = Finding(
        subject="dataset",
        outcome=Outcome(attested.outcome),
        message=msg(
            "{by} ({role}) attested on {at}: {reason}",
            by=shown(attested.by),
            role=shown(attested.role),
            at=attested.at.isoformat(),
            reason=attested.reason,
        ),
        level=Level.ATTESTED,
        places=tuple(shown(name) for name in attested.evidence[:20]),
    )
    if entry.control is None:
        return (finding,)
    open_ones = {Outcome.CANT_TELL, Outcome.UNTESTED} if entry.kind != "auto" else set()
    return (*(f for f in findings if f.outcome not in open_ones), finding)
