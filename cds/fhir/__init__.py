"""FHIR R4: from a Bundle to facts, and from a decision to resources and cards; pure, without HTTP."""
