"""Deciding past records again: by their own rulesets, to prove them, or by a new one, to see whom it would affect."""
