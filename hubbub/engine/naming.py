"""People of whom a stream tells only the id: their names are asked for, of those alone whose posts are kept."""

import logging

from msgspec import structs

from hubbub.connectors import Batch, Http, Naming
from hubbub.core.failures import Failure
from hubbub.store import bulk
from hubbub.store.models import Author, Source

from .accounts import acting

log = logging.getLogger(__name__)


def named(source: Source, network: Naming, batch: Batch, http: Http) -> Batch:
    """The batch with authors by name, as far as they are known or can be found out; nothing waits for that in vain:
    where the network does not say, the posts are kept with the ids, and the next post of the same author asks again."""
    wanted = {post.author.id for post in batch.posts if post.author and not post.author.handle}
    if not wanted:
        return batch
    rows = Author.of(source.workspace).filter(network=source.network, native_id__in=bulk.among(wanted))
    known = {row.native_id: row.shape() for row in rows.exclude(handle="")}
    strangers = sorted(wanted - known.keys())
    if strangers:
        try:
            with acting(source, http) as (settings, door):
                known |= {author.id: author for author in network.name(settings, strangers, door)}
        except Failure as failure:
            log.debug("Source %s (%s): %s", source.pk, source.kind, failure)
    posts = [
        structs.replace(post, author=known[post.author.id]) if post.author and post.author.id in known else post
        for post in batch.posts
    ]
    return structs.replace(batch, posts=posts)
