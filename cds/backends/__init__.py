"""The engines: each answers, for every (rule, binding, world), whether the condition is TRUE, FALSE or UNKNOWN."""
