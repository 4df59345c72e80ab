"""The decision log: records that nobody can change unseen, and the proofs of that."""
