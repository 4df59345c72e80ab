"""The Merkle tree over the records' headers: RFC 6962 hashing, growth, roots and proofs."""
