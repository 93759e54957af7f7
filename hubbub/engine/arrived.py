"""What places sent us by themselves, made into the batch that `take_in` takes; the loop holds the source's lease."""

from collections.abc import Sequence

from msgspec import Struct, structs

from hubbub.connectors import Arrived, Batch, Pushed
from hubbub.store import arrivals
from hubbub.store.models import Arrival, Source

MOST = 20  # messages of one batch


class Sent(Struct, frozen=True):
    """A batch, and the rows that it was made of. They are settled once it is saved; a crash takes them in again."""

    batch: Batch
    rows: Sequence[Arrival]


def read(source: Source, network: Pushed) -> Sent:
    """The oldest messages that wait."""
    rows = arrivals.waiting(source, MOST)
    came = [Arrived(bytes(row.body), row.at, row.public) for row in rows]
    settings = {str(name): str(value) for name, value in source.settings.items()}
    batch = network.arrive(settings, came)
    return Sent(structs.replace(batch, cursor=source.cursor, more=len(rows) == MOST), rows)
