"""What things cost: `python -m tests.bench [BENCH…] [ITEMS]` prints figures; nothing here is a test."""

from __future__ import annotations

import sys

from tests.bench import commits, copies, forgetting, long_talks, one_reply, questions, relevance, search, spam, typing

BENCHES = {
    "commits": commits.main,
    "copies": copies.main,
    "forgetting": forgetting.main,
    "long_talks": lambda *_: long_talks.main(),
    "one_reply": one_reply.main,
    "questions": lambda *_: questions.main(),
    "relevance": relevance.main,
    "search": search.main,
    "spam": lambda *_: spam.main(),
    "typing": typing.main,
}

if __name__ == "__main__":
    names = [word for word in sys.argv[1:] if not word.isdigit()]
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()]
    for name in names or BENCHES:
        BENCHES[name](*sizes)
