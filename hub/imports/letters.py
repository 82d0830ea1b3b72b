"""An mbox file or a Maildir full of letters: the issues among them, as the newsletter itself would bring them."""

from __future__ import annotations

from pathlib import Path

from hub.channels.newsletter_letter import Sender, issue
from hub.errors import DataError, Malformed, Missing
from hub.imports import Found, Target
from hub.mail import files


def read(path: Path, target: Target) -> Found:
    """The issues of a newsletter. Of all other letters not a word is kept, only how many there were."""
    sender = Sender(target.channel, target.sender, target.list_id, target.language)
    try:
        with files(path) as folder:
            found = [issue(folder.letter(number), sender) for number in folder.numbers(target.sender, target.list_id)]
    except (Malformed, Missing) as why:
        raise DataError(why.what, fix=why.fix) from None
    items = {item.id: item for item in found if item}
    left = {"letter that is no issue": found.count(None)}
    left |= {"issue that lies there twice": len(found) - found.count(None) - len(items)}
    return Found(items=tuple(items.values()), skipped={reason: count for reason, count in left.items() if count})


def is_folder(place: Path) -> bool:
    """Whether a folder is a Maildir."""
    return (place / "cur").is_dir() and (place / "new").is_dir()
