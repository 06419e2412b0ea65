"""Answers to an authority's inquiry: what is drafted, who approved it, what was handed over."""
