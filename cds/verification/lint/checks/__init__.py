"""One check a file: `check(material)` gives the places that are likely wrong. A new file is a new check."""
