"""The documents that leave the system, as data; an auditor reads them without any engine."""
