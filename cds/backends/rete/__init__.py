"""Compile the IR into Rete networks, and facts into their messages, without knowing the engine that runs them.

From below: `column` and `formula` are what messages and patterns are made of, `leaf` says a leaf of the IR in them,
`signal` and `lowering` split conditions into answers, `plan` does so for a program, `needs`, `chunks`, `limits`,
`network` and `levels` divide the answers among networks, and `evaluation` asks them for one patient.
"""
