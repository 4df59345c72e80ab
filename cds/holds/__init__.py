"""Hold reminders: from a decision to a sheet per patient, and from many sheets to a worklist."""
