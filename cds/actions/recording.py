"""Recording: no answer leaves before its record is durable, and what gets no advice is recorded too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from threading import Lock
from types import TracebackType
from typing import Any, Self

import orjson

from cds.actions.build import version
from cds.actions.clock import Clock, system_clock
from cds.actions.entries import DEFAULT_ACTOR, DEFAULT_PURPOSE, About, By, Entries
from cds.actions.key_folders import check_keys, signer
from cds.actions.logs import opened_body
from cds.actions.rulesets import Ruleset
from cds.audit.privacy.keys import Keys
from cds.audit.privacy.pseudonyms import Pseudonym
from cds.audit.privacy.settings import Settings
from cds.audit.privacy.subjects import Subjects
from cds.audit.record import Entry, read_header
from cds.audit.stores import open_store
from cds.audit.stores.base import Store
from cds.audit.writer import Writer
from cds.errors import InputError, NotReadable, NotRecorded
from cds.facts.model import Facts
from cds.records.decision import Decision
from cds.ruleset.stored import stored_bytes, stored_hash


class Recorder:
    """Records into one log. Several threads may share it; they share commits too."""

    def __init__(
        self,
        location: str,
        keys: Keys,
        settings: Settings | None = None,
        *,
        by: By | None = None,
        clock: Clock = system_clock,
    ) -> None:
        """Open a log for recording; `by` is who asks wherever a caller does not say it.

        Raises:
            InputError: there is no such log, or the keys are not those of this log.
            NotRecorded: another process records into it, its end is damaged, or it cannot be written.
        """
        settings = settings or Settings()
        self._by = by or by_settings(settings)
        self._known: dict[Ruleset, About] = {}
        self._first_use = Lock()
        sign = signer(keys)
        with ExitStack() as opened:
            self.store: Store = open_store(location, write=True)
            opened.callback(self.store.close)
            check_keys(self.store, keys)
            self.subjects = Subjects(keys)
            opened.callback(self.subjects.close)
            self._entries = Entries(self.subjects, settings.mask, clock)
            self._writer = Writer(self.store, sign)
            opened.callback(self._writer.close)
            self.configured_before = self._record_configuration(keys, settings)
            """What the log said of how it is recorded into before it was opened; None if that is not there any more."""
            self._opened = opened.pop_all()

    def decision(self, ruleset: Ruleset, facts: Facts, decision: Decision, *, by: By | None = None) -> int:
        """Record a decision; gives its number once it is durable.

        Raises:
            NotRecorded: it could not be made durable; the decision may not leave.
        """
        return self.record([self.of_decision(ruleset, facts, decision, by=by)])[0]

    def no_advice(self, kind: str, ruleset: Ruleset, facts: Facts | None, problem: str, *, by: By | None = None) -> int:
        """Record that there is no advice, of kind `no_advice` or `disagreement`, and why.

        Raises:
            NotRecorded: it could not be made durable.
        """
        return self.record([self.of_no_advice(kind, ruleset, facts, problem, by=by)])[0]

    def event(self, kind: str, content: Mapping[str, Any], *, subject: str | None = None, by: By | None = None) -> int:
        """Record anything else that someone did; what is about a subject is sealed.

        Raises:
            NotRecorded: it could not be made durable.
        """
        return self.record([self.of_event(kind, content, subject=subject, by=by)])[0]

    def record(self, entries: Iterable[Entry]) -> list[int]:
        """Record entries, all or none; gives their numbers once they are durable.

        Raises:
            NotRecorded: they could not be made durable; nothing may leave that they hold.
        """
        return self._writer.append_all(entries)

    def of_decision(self, ruleset: Ruleset, facts: Facts, decision: Decision, *, by: By | None = None) -> Entry:
        """Make the entry of a decision, for `record`.

        Raises:
            InputError: the mask names what is no fact of this ruleset, or the ruleset cannot be stored.
            NotRecorded: the ruleset could not be stored, or the key of the subject cannot be had.
        """
        return self._entries.of_decision(self._about(ruleset), facts, decision, by or self._by)

    def of_no_advice(
        self, kind: str, ruleset: Ruleset, facts: Facts | None, problem: str, *, by: By | None = None
    ) -> Entry:
        """Make the entry of what got no advice, for `record`; without facts `problem` may tell of nobody.

        Raises:
            InputError: the mask names what is no fact of this ruleset, or the ruleset cannot be stored.
            NotRecorded: the ruleset could not be stored, or the key of the subject cannot be had.
        """
        return self._entries.of_no_advice(kind, self._about(ruleset), facts, problem, by or self._by)

    def of_event(
        self, kind: str, content: Mapping[str, Any], *, subject: str | Pseudonym | None = None, by: By | None = None
    ) -> Entry:
        """Make the entry of anything else, for `record`; by pseudonym instead of id it is in the clear.

        Raises:
            NotRecorded: the key of the subject cannot be had.
        """
        return self._entries.of_event(kind, content, by or self._by, subject=subject)

    def close(self) -> None:
        """Record what waits, and close the log."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _about(self, ruleset: Ruleset) -> About:
        """Name a ruleset as the log keeps it; it is stored, and its activation recorded, when it is first used."""
        known = self._known.get(ruleset)
        if known is None:
            with self._first_use:
                known = self._known.get(ruleset) or self._first_used(ruleset)
                self._known[ruleset] = known
        return known

    def _first_used(self, ruleset: Ruleset) -> About:
        content = stored_bytes(ruleset.loaded)
        about = About(ruleset, {"digest": ruleset.loaded.digest, "stored": stored_hash(content)})
        if not self._was_activated(about.named["stored"]):
            self.store.put_ruleset(about.named["stored"], about.named["digest"], content)
            self.record(self._activation(about))
        elif not self._is_stored(about):
            raise NotRecorded(
                f"not recorded: `{self.store.location}` does not keep the ruleset any more that it recorded before; "
                "check it with `cds log verify`"
            )
        return about

    def _is_stored(self, about: About) -> bool:
        """Tell whether a ruleset can be decided by again from the log alone."""
        try:
            return stored_hash(self.store.ruleset(about.named["stored"])) == about.named["stored"]
        except InputError:
            return False

    def _was_activated(self, stored: str) -> bool:
        for seq in self.store.find(kind="ruleset_activation"):
            named = read_header(self.store.record(seq).header)["ruleset"]
            if named is not None and named["stored"] == stored:
                return True
        return False

    def _activation(self, about: About) -> list[Entry]:
        """Say that a ruleset decides from now on, and which positions it has adopted, by whom and why."""
        document = about.ruleset.loaded.document
        identity = {"id": document.id, "version": document.version, "status": document.lifecycle.status, **about.named}
        adopted = {
            name: parameter.resolve.model_dump(mode="json")
            for name, parameter in document.parameters.items()
            if parameter.resolve is not None
        }
        said: list[tuple[str, Mapping[str, Any]]] = [("ruleset_activation", identity)]
        if adopted:
            said.append(("adoption", {"ruleset": dict(about.named), "adopted": adopted}))
        return [self._entries.of_event(kind, content, self._by, named=about.named) for kind, content in said]

    def _record_configuration(self, keys: Keys, settings: Settings) -> Any:
        """Record how this log is recorded into, if that is not what the last such record says, which is given."""
        content = {
            "recording": {
                "actor": settings.actor,
                "purpose": settings.purpose,
                "mask": sorted(settings.mask),
                "keys": {
                    "body": keys.body.current,
                    "pseudonym": keys.pseudonym.current,
                    "log": list(keys.verifiers),
                },
                "engine": f"cds {version()}",
            }
        }
        before = self._last_configuration()
        if before != content:
            self.event("configuration", content)
        return before

    def _last_configuration(self) -> Any:
        """Give what was last recorded of how this log is recorded into; None if that is not there or unreadable."""
        for seq in reversed(list(self.store.find(kind="configuration"))):
            record = self.store.record(seq)
            try:
                body = opened_body(record.body or b"", read_header(record.header), None)
            except (InputError, NotReadable):
                return None
            content = orjson.loads(body)["content"]
            if "recording" in content:
                return content
        return None


def by_settings(settings: Settings) -> By:
    """Give who asks and what for as a site's settings say it."""
    return By(settings.actor or DEFAULT_ACTOR, settings.purpose or DEFAULT_PURPOSE)
