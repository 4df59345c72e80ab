"""What changed from one ruleset to another, in words: for whoever reviews it before it decides."""
