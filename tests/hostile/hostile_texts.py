"""Texts and names of files, every one of which tries something."""

from collections.abc import Iterator

CANARY = "kanarienvogel"
"""In every record, whatever else is in it."""


PERSONS = ("13912345678", "11010519491231002X", "kanarienvogel@example.org", "6222021234567890128")
"""Identifiers in records: evidence may say where, never which."""


MARKUP = (
    "<script>document.title='owned'</script>",
    "<img src=http://127.0.0.1:9/x.png onerror=document.title='owned'>",
    "<svg onload=document.title='owned'><use href=http://127.0.0.1:9/y.svg#z></svg>",
    "</style></title><iframe src=http://127.0.0.1:9/></iframe>",
    "<a href=javascript:document.title='owned' onclick=alert(1)>x</a>",
    "\"'><body onload=alert(1)>",
    "<link rel=stylesheet href=http://127.0.0.1:9/a.css>@import url(http://127.0.0.1:9/b.css);",
    "<meta http-equiv=refresh content=0;url=http://127.0.0.1:9/>",
)


FORMULAS = ("=cmd|'/c calc'!A1", '=HYPERLINK("http://127.0.0.1:9/","x")', "+1+1", "-2+3", "@SUM(1)")


TEMPLATES = (
    "{count}",
    "{0.__class__}",
    "{text!r:>99999}",
    "{{ 7*7 }}",
    "{% raw %}",
    "%s%n",
    "${7*7}",
)


ESCAPES = (
    "\x1b[31mred\x1b[2J",
    "\x1b]0;owned\x07",
    "\x1b]8;;http://127.0.0.1:9/\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31m",
    "\r\x08\x08overwritten",
)


HIDDEN = ("\u202egpj.exe", "\u2066\u2069\u200f", "a\u200bb\ufeff", "\x00\x01\x7f")


SHOWN = (*MARKUP, *FORMULAS, *TEMPLATES, "\u202egpj.exe", "a\u200bb", "раypal", "A\u0301" * 40)
"""What a manifest may say: control characters are refused there (see `refused`)."""


FILE_NAMES = (
    "new\nline.jsonl",
    "-rf --help.jsonl",
    "quote'\"`$(touch owned).jsonl",
    "<img src=x onerror=alert(1)>.jsonl",
    "\x1b]0;owned\x07.jsonl",
    "\u202egpj.jsonl",
    "{count}{0.__class__}.jsonl",
    "{{7*7}}.jsonl",
    "=cmd|'!A1'.jsonl",
    "long" * 60 + ".jsonl",
    "*?[a].jsonl",
    "tab\tstop.jsonl",
)


FOLDER = "of\nfolder \x1b[2J"
"""A folder for a corpus: its name is in the path of the manifest."""


MOVED = "moved\naway.jsonl"


SECOND_HALVES = tuple(name.partition("\n")[2] for name in (FILE_NAMES[0], FOLDER, MOVED))
"""What a line begins with where the line feed of such a name is printed as it is."""


DEEP = 10_000


BOMB = 64 * 1024 * 1024


def payloads() -> Iterator[str]:
    """Every hostile text, alone and with a canary and an identifier beside it."""
    for place, text in enumerate((*SHOWN, *ESCAPES, *HIDDEN)):
        yield f"{CANARY}{place} {text} {PERSONS[place % len(PERSONS)]}"
