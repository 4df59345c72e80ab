"""Pages about a ruleset, made from its files, its cases and its history: one for every rule, one protocol an area."""
