"""The words in a medication's text that name no substance: forms, salts, units, directions; and those that deny one."""

from __future__ import annotations

_UNITS = """
mg mgs mcg ug \u03bcg ng g gm gms gram grams kg milligram milligrams microgram micrograms ml mls l liter liters litre
litres cc dl unt unit units iu u meq mmol mol actuat actuation puff puffs percent hr hrs hour hours h min mins minute
minutes day days week weeks wk month months
"""

_FORMS = """
tablet tablets tab tabs capsule capsules cap caps caplet caplets gelcap gelcaps softgel softgels gel gels pill pills
solution suspension syrup elixir liquid drop drops injection injections injectable inj syringe syringes pen vial vials
ampule ampules ampoule ampoules bag infusion cream ointment lotion patch patches spray powder powders packet packets
sachet sachets granules lozenge lozenges suppository suppositories enema foam film kit injector inhaler inhalers
inhalation aerosol nebulizer autoinjector cartridge rinse shampoo emulsion concentrate strip strips wafer ring implant
flush flushes lock drip system hfa diskus respimat handihaler
"""

_NUMBERS = "one two three four half"

_DIRECTIONS = """
take takes taking once twice times time daily every each per a an the of by in at on to as s required require directed
instructed morning mornings evening evenings night nightly nights noon bedtime hs qhs qd od bid tid qid bd tds qds qod q
eod qam qpm am weekly monthly hourly before after food meal meals breakfast lunch dinner supper up max supply refill
refills qty quantity disp dispense dispensed count ct bottle box tube x only total use apply dose doses dosage
oral orally mouth po iv im sc sq subq subcut subcutaneous subcutaneously intravenous intravenously intramuscular
topical topically transdermal rectal rectally nasal ophthalmic otic vaginal vaginally eye eyes ear ears nostril nostrils
buccal sublingual inhale inhaled metered dry left right both affected area skin water juice
"""

_QUALIFIERS = """
low high strength extra regular maximum mini baby adult adults children childrens kids junior infant infants otc rx
generic brand usp bp nf nr porcine bovine human recombinant form prefilled soft liqui auto chewable effervescent
dispersible disintegrating dissolving er xr sr dr ec ir la cr xl mr odt extended delayed immediate modified sustained
controlled prolonged release releasing enteric coated
pf starter pack packs taper tapering
teva sandoz mylan apotex apo pms
"""

_SALTS = """
sodium potassium calcium magnesium hydrochloride hcl bitartrate tartrate bisulfate bisulphate sulfate sulphate hydrogen
mesylate mesilate maleate besylate besilate fumarate succinate acetate citrate phosphate tosylate tromethamine
trometamol epolamine diethylamine lysine lysinate arginine oxalate hydrobromide bromide monohydrate dihydrate
hemihydrate trihydrate anhydrous aspartate saccharate gluconate lactate malate pamoate xinafoate furoate propionate
dipropionate valerate cilexetil medoxomil axetil disoproxil camsylate
"""

_PURPOSES = """
pain pains painful ache aches headache headaches migraine fever cramp cramps arthritis osteoarthritis gout inflammation
swelling back knee hip neck shoulder foot leg arm joint joints muscle muscles spine vertebral fracture sleep anxiety
depression heart cardiac stroke attack clot clots blood pressure thrombosis embolism dvt pe vte af afib atrial
fibrillation flutter mechanical valve stent prevention prophylaxis moderate mild severe acute chronic
"""

_DENIALS = """
no not non none never nil without free nor neither cannot cant dont doesnt isnt wasnt hasnt wont
avoid avoids avoided avoiding stop stops stopped stopping hold holds held holding pause paused quit ceased off
history hx previous previously former formerly past was were ex used
instead replaced replaces replacement substitute alternative switched changed
like type analog analogue antagonist antidote reversal induced molecular reaction reactions
unlike except dc negative neg
"""

FORMS = frozenset(_FORMS.split())
"""What a medication is given as; joined to another by a word such as "and", a form may stand for one not named."""

NUMBERS = frozenset(_NUMBERS.split())
"""Numbers in words."""

WITHOUT_MEANING = FORMS | NUMBERS | frozenset(f"{_UNITS} {_DIRECTIONS} {_QUALIFIERS}".split())
"""Words that name no ingredient."""

SALTS = frozenset(_SALTS.split())
"""Words that say which salt of a named substance it is; by themselves they may be a medication of their own."""

PURPOSE = frozenset({"for", "due", "prn", "needed"})
"""Words after which the purpose may be told."""

PURPOSES = frozenset(_PURPOSES.split())
"""Words of a purpose; they are understood only after one of `PURPOSE`."""

DENIALS = frozenset(_DENIALS.split())
"""Words that say that what is named is not, or not now, what the patient takes, or that another thing is meant."""

DENYING_STEMS = (
    "allerg",
    "intoleran",
    "sensitiv",
    "hypersens",
    "discontinu",
    "contraindic",
    "refus",
    "declin",
    "deni",
    "deny",
    "withdr",
    "withh",
)
"""The same, by how the word begins."""

PHRASES = (
    "sugar free",
    "preservative free",
    "alcohol free",
    "dye free",
    "gluten free",
    "lactose free",
    "latex free",
    "without food",
    "do not crush",
    "do not chew",
    "do not exceed",
    "not to exceed",
    "no more than",
    "no refill",
    "no refills",
    "over the counter",
    "with milk",
    "or milk",
    "with or without food",
)
"""Phrases that say nothing of the substance, though a word in them alone would deny it or be unknown."""
