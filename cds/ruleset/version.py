"""The version of the meaning of rulesets."""

from __future__ import annotations

SEMANTICS = 1
"""Raised whenever one input could give another answer; a part of every digest."""
