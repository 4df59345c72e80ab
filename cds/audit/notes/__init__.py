"""Text forms that others can verify: signed notes, checkpoints, cosignatures of witnesses, tiles (c2sp.org)."""
