"""The words of a nightly digest."""

from pipelines.model.message import msg
from pipelines.model.nightly import Change, State, Term

STATES = {
    State.AUDITED: msg("audited"),
    State.REUSED: msg("reused"),
    State.NOT_AUDITED: msg("not audited"),
    State.UNREACHABLE: msg("unreachable"),
}
CHANGES = {
    Change.NEVER_AUDITED: msg("first audit"),
    Change.MANIFEST: msg("manifest or a document of it"),
    Change.FILES: msg("files"),
    Change.POLICY: msg("policy"),
    Change.METHOD: msg("code or settings"),
    Change.EVALUATION_SETS: msg("an evaluation set"),
    Change.EVIDENCE: msg("evidence was missing or damaged"),
    Change.LAPSED: msg("something lapsed"),
    Change.BEGUN: msg("something came into force"),
}
TERMS = {
    Term.LICENCE: msg("licence"),
    Term.CONTRACT: msg("contract"),
    Term.CONSENT: msg("consent"),
    Term.WAIVER: msg("waiver"),
    Term.QUALIFICATION: msg("qualification"),
}
