"""Generate essays in Markdown: random sentences in the shape of real ones, the same for the same seed."""

import random

from bench.words import ADJECTIVES, NOUNS, OPENINGS, PLACES, VERBS

SHORTEST, LONGEST = 200, 2500


def title(dice: random.Random) -> str:
    """Return a title, like “The quiet harbour beyond the treaty”."""
    text = f"The {dice.choice(ADJECTIVES)} {dice.choice(NOUNS)} {dice.choice(PLACES)} the {dice.choice(NOUNS)}"
    return text if dice.random() < 0.7 else f"{text}: a {dice.choice(NOUNS)} {dice.choice(VERBS)}"


def sentence(dice: random.Random) -> str:
    """Return a sentence of six to twenty words."""
    main = f"the {_noun_phrase(dice)} {dice.choice(VERBS)} the {_noun_phrase(dice)}"
    if dice.random() < 0.6:
        main += f" {dice.choice(PLACES)} the {dice.choice(NOUNS)}"
    if dice.random() < 0.3:
        main += f", and no {dice.choice(NOUNS)} {dice.choice(VERBS)} it"
    if dice.random() < 0.35:
        return f"{dice.choice(OPENINGS)}, {main}."
    return f"{main[0].upper()}{main[1:]}."


def body(dice: random.Random, words: int) -> str:
    """Return an essay of about `words` words: headings, lists, links, notes, sometimes code, a quotation, a table."""
    blocks: list[str] = []
    notes: list[str] = []
    written = 0
    while written < words:
        if blocks and len(blocks) % 5 == 0 and words - written > 80:
            blocks.append(f"## {title(dice).partition(':')[0]}")
        else:
            blocks.append(_block(dice, notes, bool(blocks)))
        written += len(blocks[-1].split())
    return "\n\n".join(blocks + notes) + "\n"


def length(dice: random.Random) -> int:
    """Return a number of words: most essays are short, some are long."""
    return round(SHORTEST + (LONGEST - SHORTEST) * dice.random() ** 3)


def _noun_phrase(dice: random.Random) -> str:
    noun = dice.choice(NOUNS)
    return f"{dice.choice(ADJECTIVES)} {noun}" if dice.random() < 0.5 else noun


def _block(dice: random.Random, notes: list[str], begun: bool) -> str:
    kind = dice.random() if begun else 1.0
    if kind < 0.07:
        return "\n".join(f"- {sentence(dice)}" for _ in range(dice.randint(3, 5)))
    if kind < 0.10:
        return "\n".join(f"{number}. {sentence(dice)}" for number in range(1, dice.randint(4, 6)))
    if kind < 0.14:
        return f"> {sentence(dice)} {sentence(dice)}"
    if kind < 0.16:
        return _code(dice)
    if kind < 0.175:
        rows = "\n".join(f"| {_noun_phrase(dice)} | {dice.randint(2, 900)} |" for _ in range(4))
        return f"| What | How many |\n|---|---:|\n{rows}"
    return _paragraph(dice, notes)


def _paragraph(dice: random.Random, notes: list[str]) -> str:
    sentences = [sentence(dice) for _ in range(dice.randint(3, 7))]
    if dice.random() < 0.4:
        name, path = dice.choice(NOUNS), dice.choice(NOUNS)
        sentences[-1] = f"See [the {name} of the {path}](https://{name}.example/{path}/). {sentences[-1]}"
    if dice.random() < 0.15:
        sentences[0] = f"**{dice.choice(OPENINGS)}**, *the {_noun_phrase(dice)}* waits. {sentences[0]}"
    text = " ".join(sentences)
    if dice.random() < 0.15:
        number = len(notes) + 1
        notes.append(f"[^{number}]: {sentence(dice)}")
        text += f"[^{number}]"
    return text


def _code(dice: random.Random) -> str:
    name, other = dice.choice(NOUNS), dice.choice(NOUNS)
    return (
        f"```python\ndef {name}_of({other}: list[int]) -> int:\n"
        f'    """The {name}, counted."""\n'
        f"    return sum(each for each in {other} if each > {dice.randint(1, 99)})\n```"
    )
