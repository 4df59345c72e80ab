"""The rulesets that past records were decided by: read and compiled once a process, a few of them kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from cds.errors import CdsError
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.ruleset.stored import from_stored, stored_hash

MOST = 8
"""As many as the durable-rules adapter keeps networks of."""


class Programs:
    """Give the program of a stored ruleset; what was asked for longest ago is forgotten first.

    `rulesets` gives the stored bytes by their hash; it is called once for each ruleset, in every process, and has to
    be picklable where there are several. What is compiled stays in its process.
    """

    def __init__(self, rulesets: Callable[[str], bytes], most: int = MOST) -> None:
        self._rulesets = rulesets
        self._most = most
        self._kept: OrderedDict[str, Program | CdsError] = OrderedDict()

    def __reduce__(self) -> tuple[Any, ...]:
        return Programs, (self._rulesets, self._most)

    def of(self, stored: str) -> Program:
        """Give the program of the stored ruleset with this hash.

        Raises:
            OtherBuild: it needs another version of the semantics or of the matcher.
            CdsError: there is no such ruleset, or its bytes are not those that the hash names.
        """
        found = self._kept.get(stored)
        if found is None:
            found = self._kept[stored] = self._compiled(stored)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(stored)
        if isinstance(found, CdsError):
            raise found.with_traceback(None)  # one that is raised again and again would keep every frame it passed
        return found

    def _compiled(self, stored: str) -> Program | CdsError:
        """Compile a ruleset; the reason why it cannot be is kept too, since every record of it would ask again."""
        try:
            content = self._rulesets(stored)
            if stored_hash(content) != stored:
                return CdsError(f"the stored ruleset is not the one with the hash {stored}")
            return compile_ruleset(from_stored(content))
        except CdsError as error:
            return error
