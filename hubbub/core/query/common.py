"""How often a word is likely to stand in a post: a guess, good enough to choose what to look for first."""

# Of English, German, French, Spanish, Italian, Portuguese and Dutch.
_TEXT = """
    a aber about after again al all also always am an and any are as at auch auf avec back be because been before
    bei being best better big but buy by call came can ce che com come como con could da dans das dat day days de
    del dem den der des di did die do does done dos down du each een ein eine el em en es est et even ever every few
    find first for found free from für game get getting give go going good got great had happy has have he help her
    here het hey him his home hope how i ich if ik il im in into is ist it its je just keep know la las last le left
    les let life like little live ll lo lol long look looking los lot love ma made mais make man many mas me mean
    met mi mit more most much must my más na need never new news next nice nicht niet night no noch non not nous now
    não o of off oh ok old on one only op or os other our out over own para part pas people per pero place play
    please plus por post pour put que qui re really right said same say se see seu she should show si sich sie so
    some something sono still su such sur sure take te tell than thank thanks that the their them then there these
    they thing things think this those ti time to today tomorrow tonight too top two um uma un una und une up us use
    used user van ve very video von voor vous want was watch way we week well were what when where which while who
    why wie will win wir wish with work world would y ya year years yes yo you your zijn zu
"""
_COMMON = frozenset(_TEXT.split())


def likelihood(word: str) -> float:
    """The share of posts that such a word is in, guessed; for a wildcard the share that one of its words is in."""
    if "*" in word or "?" in word:
        stem = word.split("*")[0].split("?")[0]
        return min(0.02, 4 * likelihood(stem))
    if word in _COMMON:
        return 0.05
    if not word.isascii() and len(word) == 1:
        return 0.01  # one character of a script without spaces, or a pictograph
    return (0.02, 0.01, 0.005, 0.002, 0.001, 0.0006, 0.0003)[min(len(word), 6)]
