"""What can go wrong in our own work. A bad dataset is a finding, not an error.

AuditError                 root: `message` says what happened, `advice` what to do about it
├── ConfigError            a manifest, policy, rules file, setting or command line nobody can follow
├── ConnectorError         a file or system that could not be read at all
├── EvidenceError          evidence that is missing, unreadable or too large to fetch
└── LedgerError            the ledger cannot be read or appended to
    ├── LedgerBusyError    others kept it too long, or the database is out of reach
    ├── TamperedError      its bytes do not hash to what was signed
    └── SignatureError     a signature does not verify
"""

from pipelines.model.message import Message


class AuditError(Exception):
    """The audit could not do its work; `advice` is for the person at the keyboard."""

    def __init__(self, message: Message, *, advice: Message) -> None:
        self.message = message
        self.advice = advice
        super().__init__(str(message))

    def __reduce__(self) -> tuple[object, ...]:
        # keyword-only arguments would not survive the trip from a worker process otherwise
        return (_rebuild, (type(self), self.message, self.advice))


def _rebuild(kind: type[AuditError], message: Message, advice: Message) -> AuditError:
    return kind(message, advice=advice)


class ConfigError(AuditError):
    """A manifest, policy, rules file, setting or command line nobody can follow (exit code 2)."""


class ConnectorError(AuditError):
    """A file or an outside system could not be read at all."""


class EvidenceError(AuditError):
    """Evidence is missing, unreadable, or larger than the caller allowed."""


class LedgerError(AuditError):
    """The ledger cannot be read or appended to."""


class LedgerBusyError(LedgerError):
    """The ledger could not be reached in time; what it holds is as it was."""


class TamperedError(LedgerError):
    """Bytes do not hash to what was signed."""


class SignatureError(LedgerError):
    """A signature does not verify."""
