"""From verdicts to advice: worlds merged, overrides, hold states, disposition, questions. No engine is asked here."""
