"""Codes, the substances they stand for, and how a medication's code and text are recognised."""
