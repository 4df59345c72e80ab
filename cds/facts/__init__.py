"""What is known about a patient: typed facts, their units and times, and the strict reading of `cds-facts/1`."""
