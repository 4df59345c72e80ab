"""How much of a ruleset its cases show: verdicts, leaves, positions and texts (language §15.6)."""
