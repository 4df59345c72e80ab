"""Cases beside rules: patients for whom a rule has to say what its author expects (language §15)."""
