"""Compile the IR into Rete networks, and facts into their messages, without knowing the engine that runs them."""
