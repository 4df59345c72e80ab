"""From a ruleset back to the documents it was made from: statements, passages, source attributes."""
