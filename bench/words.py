"""The word list that all benchmark texts are made from."""

ADJECTIVES = tuple(
    """
    amber ancient bitter blue brisk broad careful civil clear cold common copper crooked damp distant dry early eastern
    empty even faint fair famous fine firm foreign frozen gentle grand green grey hollow honest humble idle inland
    kind late lean long lost loud low mild modern narrow new northern old open pale patient plain private public quick
    quiet rare ready rough round rural salt sharp short silent silver simple slow small soft southern stark steady
    still stout strange strict sturdy sudden summer tall tidal tired upper warm weary western wide wild winter wooden
    young
    """.split()
)

NOUNS = tuple(
    """
    account acre anchor answer archive argument autumn bakery balance ballot barley basin bell border bridge canal
    captain carpet cellar chapel charter city clerk coast column compass copper cottage council country court custom
    debt delta desk dispatch district doorway dyke edge embassy engine envoy essay estate evening factory farm ferry
    field fleet forest fountain frontier garden gate grain granary harbour harvest hill history horizon hour island
    journal journey kitchen ladder lamp language lantern ledger letter library lighthouse machine map margin market
    meadow measure meeting memory merchant mill mirror morning mountain museum neighbour night notebook oak office
    orchard order paper parish passage pattern pilot port price printer promise province quarry question railway rain
    reader record region report river road roof route sailor scale school season sentence shadow shelter shore signal
    speech spring station steward storm story street summit table tariff theatre tide timber tower town trade treaty
    valley vessel village voice wall water weather wharf willow window winter witness wool workshop writer year
    """.split()
)

VERBS = tuple(
    """
    admires answers balances believes borrows carries changes collects compares counts covers crosses defends delays
    describes divides draws enters explains faces feeds finds follows forgets gathers guards guides holds improves
    invites joins judges keeps learns leaves lends lifts loses measures meets mends moves names needs offers opens
    orders outlives passes pays promises protects questions reaches reads recalls refuses remembers repairs replaces
    returns reveals saves seeks sells sends serves settles shapes shares shows signs studies supports teaches tests
    trusts turns values visits warns watches weighs welcomes
    """.split()
)

PLACES = tuple("above across after against along around before behind below beside beyond near past under".split())

OPENINGS = tuple(
    """
    Meanwhile|In the end|For a while|As a rule|At first|By now|More often|Once again|On most days|Seen from here|
    Without fuss|Years later|In short|Even so|To be fair
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
