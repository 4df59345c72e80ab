"""Make `builders` importable for the unit tests of every room."""
