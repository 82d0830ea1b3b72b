"""What is left of a message whose text may not stand, or no longer: that it was said, where and when. Pure.

Such a message is withheld: a page shows that there is one and the way to it, searches do not find it.
"""

from __future__ import annotations

from hub.model import Item


def bare(item: Item, same: tuple[str, ...] = ()) -> Item:
    """The message without a word of its own. `same`: what it is a copy of or speaks of, so that it stays there."""
    return Item(
        id=item.id,
        url=item.url,
        channel=item.channel,
        kind=item.kind,
        published=item.published,
        ours=item.ours,
        reply_to=item.reply_to,
        root=item.root,
        aliases=item.aliases,
        syndication=item.syndication,
        links=same,
        excerpt=True,
        unsearchable=True,
        withheld=True,
    )
