"""What keeps a patient private in the log: keys, pseudonyms, sealed bodies, and facts that are not stored."""
