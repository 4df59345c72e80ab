"""The compiled form of a ruleset: a few frozen node types, and Kleene's three-valued logic over them."""
