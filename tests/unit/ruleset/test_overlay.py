"""A site's overlay on a ruleset (language §12)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cds.errors import RulesetError
from cds.ruleset.loader import LoadedRuleset, load_ruleset
from cds.ruleset.model import FullDays

Write = Callable[..., Path]
Extend = Callable[..., Path]
WHO = 'because: "as we do it", by: us, decided: "2026-11-20"'


@pytest.fixture
def base(write: Write) -> LoadedRuleset:
    """Give the small ruleset, loaded from a folder beside which overlays are written."""
    return load_ruleset(write())


@pytest.fixture
def extend(write: Write, base: LoadedRuleset) -> Extend:
    """Give a function that writes an overlay on the small ruleset."""

    def write_overlay(text: str, *, name: str = "site", on: LoadedRuleset = base) -> Path:
        head = (
            f'schema: cds-ruleset/1\nid: {name}\nversion: "1.0.0"\ntitle: Site\nlifecycle: {{status: draft}}\n'
            f'extends: {{id: {on.document.id}, digest: "{on.digest}"}}\n'
        )
        return write({"site.yaml": head + text}, name=name)

    return write_overlay


@pytest.fixture
def problems_of_overlay(extend: Extend, tmp_path: Path) -> Callable[[str], str]:
    """Give a function that loads an overlay that must fail, and gives the message from the place in the file on."""

    def load_and_fail(text: str) -> str:
        with pytest.raises(RulesetError) as failed:
            load_ruleset(extend(text))
        return str(failed.value).replace(f"{tmp_path}/", "").replace("site/site.yaml:", "")

    return load_and_fail


def test_overlay_has_all_of_its_base(base: LoadedRuleset, extend: Extend) -> None:
    """An overlay that changes nothing has the base's content under its own name, and names its base."""
    loaded = load_ruleset(extend(""))
    own, theirs = loaded.document, base.document
    assert (own.id, own.title) == ("site", "Site")
    assert (own.rules, own.facts, own.dispositions) == (theirs.rules, theirs.facts, theirs.dispositions)
    assert own.settings == theirs.settings
    assert loaded.bases == (("small", base.digest),)
    assert loaded.digest != base.digest


def test_overlay_adds(base: LoadedRuleset, extend: Extend) -> None:
    """What the overlay adds joins what the base has, and every part keeps its place."""
    loaded = load_ruleset(
        extend(
            "classes: {opioid: {title: Opioid}}\nadvice: {ring: {title: Ring us}}\nrules:\n"
            "  - {id: ring.all, kind: preparation, title: Ring, when: {labs.inr: {at_least: 2}},\n"
            "     then: {advise: ring, severity: info}, on_unknown: ask, sources: [handout]}\n"
        )
    )
    assert [rule.id for rule in loaded.document.rules] == ["hold.nsaid", "check.inr", "ring.all"]
    assert set(loaded.document.classes) == {"nsaid", "opioid"}
    assert str(loaded.places.of(("rules", 2, "title"))).endswith("site/site.yaml:10:46: rules[ring.all].title")
    assert str(loaded.places.of(("rules", 0, "title"))).endswith("small/ruleset.yaml:39:12: rules[hold.nsaid].title")
    assert loaded.document.rules[0] == base.document.rules[0]


def test_overlay_replaces_settings(extend: Extend) -> None:
    """Settings are the one thing that an overlay replaces."""
    loaded = load_ruleset(extend("settings: {reminder_window: 5 d}\n"))
    assert loaded.document.settings is not None
    assert loaded.document.settings.reminder_window == "5 d"


def test_overlay_adopts_another_position(extend: Extend) -> None:
    """Another adoption replaces the base's, with its reason, and its place is that of the overlay."""
    loaded = load_ruleset(extend(f"adopt:\n  nsaid_hold: {{adopt: society, {WHO}}}\n"))
    resolve = loaded.document.parameters["nsaid_hold"].resolve
    assert resolve is not None
    assert (resolve.adopt, resolve.because) == ("society", "as we do it")
    place = loaded.places.of(("parameters", "nsaid_hold", "resolve", "adopt"))
    assert str(place).endswith("site/site.yaml:8:23: parameters.nsaid_hold.resolve.adopt")


def test_overlay_may_open_a_question(extend: Extend) -> None:
    """`none` gives up the base's adoption, so that every confirmed position is a possibility."""
    loaded = load_ruleset(extend(f"adopt: {{nsaid_hold: {{adopt: none, {WHO}}}}}\n"))
    resolve = loaded.document.parameters["nsaid_hold"].resolve
    assert resolve is not None
    assert resolve.adopt == "none"


def test_overlay_adopts_a_position_of_a_rule(write: Write, small: str, extend: Extend) -> None:
    """A rule with positions is resolved anew by its id."""
    positions = (
        "    positions:\n      handout: {when: {med.status: {is: active}}, confirmed: primary}\n"
        "      society: {when: {med.status: {is: stopped}}, confirmed: secondary}\n"
        f"    resolve: {{adopt: handout, {WHO}}}\n"
    )
    text = small.replace("    when: {med.status: {is: active}}\n", positions).replace("id: small", "id: other")
    on = load_ruleset(write(text, name="other"))
    loaded = load_ruleset(extend(f"adopt: {{hold.nsaid: {{adopt: society, {WHO}}}}}\n", on=on))
    resolve = loaded.document.rules[0].resolve
    assert resolve is not None
    assert resolve.adopt == "society"


def test_name_of_a_parameter_and_a_rule_cannot_be_adopted(write: Write, small: str, extend: Extend) -> None:
    """Which of the two is meant is never guessed."""
    text = small.replace("check.inr", "doubtful").replace("highest_inr", "doubtful").replace("id: small", "id: other")
    on = load_ruleset(write(text, name="other"))
    with pytest.raises(RulesetError, match=r"7:9: adopt\.doubtful: `doubtful` is both a parameter and a rule"):
        load_ruleset(extend(f"adopt: {{doubtful: {{adopt: none, {WHO}}}}}\n", on=on))


def test_overlay_sets_an_unset_parameter(extend: Extend) -> None:
    """A value for an unset parameter becomes its one position, of the source `site`."""
    loaded = load_ruleset(extend(f"set: {{highest_inr: {{value: 1.5, {WHO}}}}}\n"))
    parameter = loaded.document.parameters["highest_inr"]
    assert parameter.unset is None
    assert list(parameter.positions) == ["site"]
    assert str(parameter.positions["site"].value) == "1.5"
    assert parameter.positions["site"].confirmed == "primary"
    assert parameter.resolve is not None
    assert (parameter.resolve.adopt, parameter.resolve.by) == ("site", "us")
    assert loaded.document.sources["site"].confirmed == "primary"
    place = loaded.places.of(("parameters", "highest_inr", "positions", "site", "value"))
    assert str(place).endswith("site/site.yaml:7:28: parameters.highest_inr.positions.site.value")


def test_overlay_may_say_itself_what_its_site_is(extend: Extend) -> None:
    """A source `site` that the overlay declares is the source of what it sets."""
    loaded = load_ruleset(
        extend(
            "sources: {site: {title: Our clinic, citation: Handbook, confirmed: primary}}\n"
            f"set: {{highest_inr: {{value: 1.5, {WHO}}}}}\n"
        )
    )
    assert loaded.document.sources["site"].title == "Our clinic"


def test_overlay_switches_a_rule_off(extend: Extend) -> None:
    """The rule is gone, the reason stays, and the places of the other rules are still theirs."""
    loaded = load_ruleset(extend(f"switch_off: [{{rule: check.inr, {WHO}}}]\n"))
    assert [rule.id for rule in loaded.document.rules] == ["hold.nsaid"]
    assert loaded.document.switch_off[0].because == "as we do it"


def test_places_follow_when_an_earlier_rule_is_switched_off(write: Write, small: str, extend: Extend) -> None:
    """The places of later rules move up with them."""
    text = small.replace("        - rule: {applies: hold.nsaid}\n", "").replace("id: small", "id: other")
    on = load_ruleset(write(text, name="other"))
    loaded = load_ruleset(extend(f"switch_off: [{{rule: hold.nsaid, {WHO}}}]\n", on=on))
    assert [rule.id for rule in loaded.document.rules] == ["check.inr"]
    assert str(loaded.places.of(("rules", 0, "kind"))).endswith("other/ruleset.yaml:47:11: rules[check.inr].kind")


AGAIN = (
    "rules:\n  - {id: check.inr, kind: preparation, title: Mine, when: {labs.inr: {at_least: 2}},\n"
    "     then: {advise: check, severity: info}, on_unknown: ask, sources: [handout]}\n"
)
EDIT = "expected a new name: an overlay cannot edit what it extends"
REFUSED = {
    "source again": (
        "sources: {handout: {title: Other, citation: Other, confirmed: primary}}",
        f"7:11: sources.handout: `handout` in `sources` is in the base already in small/ruleset.yaml:8:3; {EDIT}",
    ),
    "rule again": (
        AGAIN,
        f"8:5: rules[check.inr]: `check.inr` in `rules` is in the base already in small/ruleset.yaml:46:5; {EDIT}",
    ),
    "product again": (
        "products: [{brand: COMBO, substances: [ibuprofen], confirmed: mine}]",
        f"7:12: products[0]: `combo` in `products` is in the base already in small/ruleset.yaml:20:5; {EDIT}",
    ),
    "dispositions": (
        "dispositions: [{code: proceed, text: Go}]",
        "7:1: dispositions: an overlay cannot change the dispositions",
    ),
    "adoption of a parameter that is not there": (
        f"adopt: {{nsaid_holds: {{adopt: society, {WHO}}}}}",
        "7:9: adopt.nsaid_holds: the base has no parameter or rule `nsaid_holds`; did you mean `nsaid_hold`?",
    ),
    "adoption of a position that is not there": (
        f"adopt: {{nsaid_hold: {{adopt: societ, {WHO}}}}}",
        "7:29: adopt.nsaid_hold.adopt: the base has no position `societ`; did you mean `society`?",
    ),
    "adoption of an unconfirmed position": (
        f"adopt: {{nsaid_hold: {{adopt: hearsay, {WHO}}}}}",
        "7:29: adopt.nsaid_hold.adopt: the position of `hearsay` is unconfirmed and cannot be adopted",
    ),
    "adoption of an unset parameter": (
        f"adopt: {{highest_inr: {{adopt: site, {WHO}}}}}",
        "7:9: adopt.highest_inr: there are no positions to choose from; expected `set`, if it is an unset parameter",
    ),
    "adoption of a rule without positions": (
        f"adopt: {{check.inr: {{adopt: handout, {WHO}}}}}",
        "7:9: adopt[check.inr]: there are no positions to choose from; expected `set`, if it is an unset parameter",
    ),
    "setting a parameter that is not there": (
        f"set: {{highest_irn: {{value: 2, {WHO}}}}}",
        "7:7: set.highest_irn: the base has no parameter `highest_irn`; did you mean `highest_inr`?",
    ),
    "setting a parameter that has positions": (
        f"set: {{nsaid_hold: {{value: {{full_days: 2}}, {WHO}}}}}",
        (
            "7:7: set.nsaid_hold: the parameter `nsaid_hold` is not unset; "
            "expected a parameter that is `unset`; `adopt` chooses among the positions of others"
        ),
    ),
    "switching off a rule that is not there": (
        f"switch_off: [{{rule: check.irn, {WHO}}}]",
        "7:21: switch_off[check.irn].rule: the base has no rule `check.irn`; did you mean `check.inr`?",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_an_overlay_may_not_do_is_refused(
    text: str, message: str, problems_of_overlay: Callable[[str], str]
) -> None:
    """An overlay cannot edit what it extends, nor change what is not there."""
    assert problems_of_overlay(f"{text}\n") == message


def test_rule_that_others_build_on_cannot_be_switched_off(problems_of_overlay: Callable[[str], str]) -> None:
    """A reference to a rule that is switched off is refused at the place of the reference."""
    assert problems_of_overlay(f"switch_off: [{{rule: hold.nsaid, {WHO}}}]\n") == (
        "small/ruleset.yaml:52:27: rules[check.inr].when.any[1].rule.applies: the rule `hold.nsaid` is switched off, "
        "so that nothing can build on it; expected this rule switched off too, or the other one kept"
    )


@pytest.mark.parametrize(
    ("section", "text"),
    {
        "adopt": f"adopt: {{nsaid_hold: {{adopt: society, {WHO}}}}}",
        "set": f"set: {{highest_inr: {{value: 2, {WHO}}}}}",
        "switch_off": f"switch_off: [{{rule: check.inr, {WHO}}}]",
    }.items(),
)
def test_only_an_overlay_changes(section: str, text: str, small: str, problems_of: Callable[..., str]) -> None:
    """A ruleset that extends none has nothing to change."""
    assert problems_of(f"{small}{text}\n") == (
        f"small/ruleset.yaml:59:1: {section}: `{section}` stands in a ruleset that extends no other; "
        "expected `extends` with the id and the digest of the ruleset that is changed"
    )


def test_base_is_found_by_its_digest_among_versions(write: Write, small: str, extend: Extend) -> None:
    """Of several rulesets with the id, the one with the digest is extended, also if another is broken."""
    write(small.replace('"1.0.0"', '"0.9.0"'), name="a-small-before")
    write(small.replace('"1.0.0"', '"2.0"'), name="a-small-broken")
    loaded = load_ruleset(extend(""))
    assert loaded.document.rules


def test_base_is_found_in_the_folders_searched(base: LoadedRuleset, extend: Extend) -> None:
    """The base need not lie beside the overlay."""
    folder = extend("")
    shelf = folder.parent / "elsewhere"
    shelf.mkdir()
    folder.parent.joinpath("small").rename(shelf / "small")
    with pytest.raises(RulesetError, match="there is no ruleset `small` to extend; found none"):
        load_ruleset(folder)
    assert load_ruleset(folder, search=[shelf]).bases == (("small", base.digest),)
    assert load_ruleset(folder, search=[shelf / "small"]).bases == (("small", base.digest),)


def test_base_with_another_digest_is_refused(write: Write, small: str, base: LoadedRuleset, extend: Extend) -> None:
    """A base that has changed is refused, with both digests."""
    folder = extend("")
    changed = load_ruleset(write(small.replace("severity: high", "severity: critical")))
    with pytest.raises(RulesetError) as refused:
        load_ruleset(folder)
    assert str(refused.value).endswith(
        f"site/site.yaml:6:30: extends.digest: the overlay extends `small` with the digest {base.digest}; "
        f"found {changed.digest} (version 1.0.0); expected the ruleset that was extended, or a review of the overlay"
    )


def test_base_that_is_not_there_is_refused_with_what_is(problems_of: Callable[..., str], write: Write) -> None:
    """A wrong id is refused with the ids that were found, and the nearest of them."""
    write()
    digest = f"sha256:{'0' * 64}"
    said = problems_of(
        'schema: cds-ruleset/1\nid: site\nversion: "1.0.0"\ntitle: Site\nlifecycle: {status: draft}\n'
        f'extends: {{id: smal, digest: "{digest}"}}\n',
        name="site",
    )
    assert said == (
        "site/ruleset.yaml:6:15: extends.id: there is no ruleset `smal` to extend; found `small`; "
        "expected the folder that holds it among those searched, or beside this one; did you mean `small`?"
    )


def test_overlay_on_itself_is_refused(write: Write, tmp_path: Path) -> None:
    """Two overlays that extend each other, or one that extends itself, are refused."""
    head = 'schema: cds-ruleset/1\nversion: "1.0.0"\ntitle: Site\nlifecycle: {status: draft}\n'
    digest = f'digest: "sha256:{"0" * 64}"'
    one = write(f"{head}id: one\nextends: {{id: two, {digest}}}\n", name="one")
    write(f"{head}id: two\nextends: {{id: one, {digest}}}\n", name="two")
    alone = write(f"{head}id: alone\nextends: {{id: alone, {digest}}}\n", name="alone")
    for folder, where, through in ((one, "two", "one"), (alone, "alone", "alone")):
        with pytest.raises(RulesetError) as refused:
            load_ruleset(folder)
        assert str(refused.value).replace(f"{tmp_path}/", "") == (
            f"{where}/ruleset.yaml:6:15: extends.id: the ruleset extends itself, through `{through}`"
        )


def test_overlay_on_an_overlay(extend: Extend, base: LoadedRuleset) -> None:
    """A chain of overlays gives all their changes; the last adoption holds, and ids are never used again."""
    first = load_ruleset(
        extend(
            f"adopt: {{nsaid_hold: {{adopt: society, {WHO}}}}}\nset: {{highest_inr: {{value: 2, {WHO}}}}}\n"
            f"switch_off: [{{rule: check.inr, {WHO}}}]\n",
            name="region",
        )
    )
    second = load_ruleset(extend(f"adopt: {{nsaid_hold: {{adopt: none, {WHO}}}}}\n", name="ward", on=first))
    resolve = second.document.parameters["nsaid_hold"].resolve
    assert resolve is not None
    assert resolve.adopt == "none"
    assert list(second.document.set) == ["highest_inr"]
    assert [entry.rule for entry in second.document.switch_off] == ["check.inr"]
    assert [rule.id for rule in second.document.rules] == ["hold.nsaid"]
    assert second.bases == (("region", first.digest), ("small", base.digest))

    with pytest.raises(RulesetError, match=r"`check\.inr` in `rules` is in the base already"):
        load_ruleset(extend(AGAIN, name="again", on=first))


@pytest.mark.parametrize(
    "text",
    [
        f"adopt: {{nsaid_hold: {{adopt: society, {WHO}}}}}",
        f"adopt: {{nsaid_hold: {{adopt: handout, {WHO}}}}}",
        f"set: {{highest_inr: {{value: 2, {WHO}}}}}",
        f"switch_off: [{{rule: check.inr, {WHO}}}]",
        "settings: {reminder_window: 5 d}",
        "classes: {opioid: {title: Opioid}}",
    ],
)
def test_every_change_changes_the_digest(text: str, extend: Extend) -> None:
    """The digest covers what an overlay extends and every change that it makes."""
    plain = load_ruleset(extend(""))
    assert load_ruleset(extend(f"{text}\n")).digest != plain.digest
    other_reason = text.replace("as we do it", "otherwise")
    if other_reason != text:
        assert load_ruleset(extend(f"{other_reason}\n")).digest != load_ruleset(extend(f"{text}\n")).digest


def test_hold_interval_may_be_set(write: Write, small: str, extend: Extend) -> None:
    """A site may set an interval where the base sets none."""
    text = small.replace("highest_inr:", "extra_hold:").replace("$highest_inr", "2").replace("id: small", "id: other")
    on = load_ruleset(write(text, name="other"))
    loaded = load_ruleset(extend(f"set: {{extra_hold: {{value: {{full_days: 2}}, {WHO}}}}}\n", on=on))
    assert loaded.document.parameters["extra_hold"].positions["site"].value == FullDays(full_days=2)
