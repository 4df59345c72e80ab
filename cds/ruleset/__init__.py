"""What a ruleset says: the YAML language as models, its strict loading, its identity."""
