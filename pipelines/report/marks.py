"""The marks of the shape grammar, as SVG symbols defined once a page, and the hatching."""

from markupsafe import Markup

MARKS = ("met", "not", "unk", "unt", "na", "tri")

_LINE = 'fill="none" stroke="currentColor"'
_CUT = 'stroke="var(--paper)"'

SYMBOLS = Markup(  # noqa: S704  every word of it is ours
    '<svg width="0" height="0" class="vh" aria-hidden="true"><defs>'
    '<pattern id="hu" width="5" height="5" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="5" height="5" fill="var(--unk-w)"/>'
    '<rect width="2.4" height="5" fill="var(--unk)"/></pattern>'
    f'<symbol id="met" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" {_LINE}'
    f' stroke-width="1.5"/><path d="M4.9 8.3l2.2 2.2 4-4.7" {_LINE} stroke-width="1.6"/></symbol>'
    '<symbol id="not" viewBox="0 0 16 16"><rect x="1" y="1" width="14" height="14"'
    f' fill="currentColor"/><path d="M4.6 4.6l6.8 6.8M11.4 4.6l-6.8 6.8" {_CUT}'
    ' stroke-width="2"/></symbol>'
    '<symbol id="unk" viewBox="0 0 16 16"><path fill-rule="evenodd" fill="currentColor"'
    ' d="M8 0l8 8-8 8-8-8zM8 5.4L5.4 8 8 10.6 10.6 8z"/></symbol>'
    f'<symbol id="unt" viewBox="0 0 16 16"><path d="M8 1.2L14.8 8 8 14.8 1.2 8z" {_LINE}'
    ' stroke-width="2" stroke-dasharray="3.4 1.6"/></symbol>'
    f'<symbol id="na" viewBox="0 0 16 16"><path d="M3 8h10" {_LINE} stroke-width="2"/></symbol>'
    '<symbol id="tri" viewBox="0 0 16 16"><path d="M8 1l7.5 14H.5z" fill="currentColor"/>'
    f'<path d="M8 6v4.6M8 12v1.6" {_CUT} stroke-width="1.7"/></symbol></defs></svg>'
)
"""Put once at the top of the body; `<use href="#not">` shows a mark."""
