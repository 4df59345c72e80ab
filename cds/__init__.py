"""Clinical decision support that can prove itself."""
