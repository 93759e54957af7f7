"""Films without what their cameras measured: those samples are gone, picture and sound stay byte by byte."""

import struct
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.boxes import Torn
from hubbub.core.files import Unreadable, bare
from hubbub.core.tracks import unmeasured

from .test_files import box

HEAD = box(b"ftyp", b"isom")


def table(kind: bytes, form: str, rows: Sequence[Sequence[int]]) -> bytes:
    return box(kind, struct.pack(">II", 0, len(rows)) + b"".join(struct.pack(f">{form}", *row) for row in rows))


def sizes_of(kind: str, sizes: Sequence[int]) -> bytes:
    """As a table of sizes, of small ones, or as one size for all."""
    if kind == "same":
        return box(b"stsz", struct.pack(">III", 0, sizes[0], len(sizes)))
    if kind == "each":
        return box(b"stsz", struct.pack(f">III{len(sizes)}I", 0, 0, len(sizes), *sizes))
    if kind == "4":
        halves = [*sizes, 0][: len(sizes) + len(sizes) % 2]
        packed = bytes(high << 4 | low for high, low in zip(halves[::2], halves[1::2], strict=True))
        return box(b"stz2", struct.pack(">III", 0, 4, len(sizes)) + packed)
    form = {"8": "B", "16": "H"}[kind]
    return box(b"stz2", struct.pack(f">III{len(sizes)}{form}", 0, int(kind), len(sizes), *sizes))


def track(
    holds: bytes, chunks: Sequence[Sequence[int]], starts: Sequence[int], sizes: str = "each", *, large: bool = False
) -> bytes:
    """`chunks`: the sizes of the samples of each."""
    runs = [(number, len(chunk), 1) for number, chunk in enumerate(chunks, 1)]
    runs = [run for before, run in pairwise([(0, -1, 0), *runs]) if before[1] != run[1]]  # the same is said once
    inside = sizes_of(sizes, [size for chunk in chunks for size in chunk])
    inside += table(b"stsc", "III", runs) + table(
        b"co64" if large else b"stco", "Q" if large else "I", [[at] for at in starts]
    )
    media = box(b"hdlr", b"\0" * 8 + holds + b"\0" * 13) + box(b"minf", box(b"stbl", inside))
    return box(b"trak", box(b"tkhd", b"head") + box(b"mdia", media))


def film(
    holds: Sequence[bytes], chunks: Sequence[Sequence[Sequence[int]]], sizes: str, *, large: bool = False
) -> tuple[bytes, list[bytes]]:
    """Tracks whose chunks lie one after the other in turn; also what each track's samples are."""
    order = [
        (at, number) for number in range(max(map(len, chunks))) for at in range(len(chunks)) if number < len(chunks[at])
    ]

    def written(begin: int) -> tuple[bytes, bytes, list[bytes]]:
        starts: list[list[int]] = [[] for _ in holds]
        data, own = b"", [b"" for _ in holds]
        for at, number in order:
            starts[at].append(begin + len(data))
            sample = bytes([at + 1]) * sum(chunks[at][number])
            data, own[at] = data + sample, own[at] + sample
        tracks = b"".join(track(*given, sizes, large=large) for given in zip(holds, chunks, starts, strict=True))
        return box(b"moov", box(b"mvhd", b"head") + tracks), data, own

    movie, _, _ = written(0)
    movie, data, own = written(len(HEAD) + len(movie) + 8)
    return HEAD + movie + box(b"mdat", data), own


sizes = st.integers(1, 15)


@given(
    st.lists(st.sampled_from([b"vide", b"soun", b"meta", b"camm", b"text"]), min_size=1, max_size=4),
    st.data(),
    st.sampled_from(["same", "each", "4", "8", "16"]),
    st.booleans(),
)
def test_what_was_measured_is_gone_and_all_else_stays(
    holds: list[bytes], data: st.DataObject, how: str, large: bool
) -> None:
    each = st.just(7) if how == "same" else sizes
    chunks = data.draw(
        st.lists(
            st.lists(st.lists(each, min_size=1, max_size=5), min_size=1, max_size=4),
            min_size=len(holds),
            max_size=len(holds),
        )
    )
    given_, own = film(holds, chunks, how, large=large)
    found = unmeasured(given_)
    assert len(found) == len(given_)
    pictures = found[found.index(b"mdat") + 4 :]
    for at, (kind, samples) in enumerate(zip(holds, own, strict=True), 1):
        assert pictures.count(at) == (0 if kind in {b"meta", b"camm"} else len(samples))
    gone = sum(kind in {b"meta", b"camm"} for kind in holds)
    assert (found.count(b"trak"), found.count(b"free")) == (len(holds) - gone, gone)
    assert (found == given_) is (gone == 0)
    assert unmeasured(found) == found


@pytest.mark.parametrize(
    "broken",
    [
        track(b"meta", [[4]], [1 << 30]),  # behind the end
        track(b"meta", [[1 << 31]], [0], "same"),
        track(b"meta", [[4]], [0]),  # the head of the file
        box(
            b"trak",
            box(
                b"mdia",
                box(b"hdlr", b"\0" * 8 + b"meta")
                + box(b"minf", box(b"stbl", box(b"stsz", b"") + box(b"stsc", b"") + box(b"stco", b""))),
            ),
        ),
        box(
            b"trak",
            box(
                b"mdia",
                box(b"hdlr", b"\0" * 8 + b"meta")
                + box(
                    b"minf",
                    box(
                        b"stbl",
                        sizes_of("each", [1])
                        + table(b"stsc", "III", [(1, 1, 1)])
                        + box(b"stco", struct.pack(">II", 0, 9)),
                    ),
                ),
            ),
        ),
    ],
)
def test_what_names_places_that_are_not_there(broken: bytes) -> None:
    given_ = HEAD + box(b"moov", broken) + box(b"mdat", b"")
    with pytest.raises(Torn):
        unmeasured(given_)
    with pytest.raises(Unreadable):
        bare(given_, "video/mp4")


def test_samples_that_lie_nowhere_are_passed_over() -> None:
    given_ = HEAD + box(b"moov", track(b"meta", [[], []], [0])) + box(b"mdat", b"")
    assert b"meta" not in unmeasured(given_)


@pytest.mark.parametrize("inside", [b"", box(b"mdia", b""), box(b"mdia", box(b"hdlr", b"meta"))])
def test_a_track_that_says_nothing_stays(inside: bytes) -> None:
    given_ = HEAD + box(b"moov", box(b"trak", inside))
    assert unmeasured(given_) == given_


def test_a_film_of_fragments_stays() -> None:
    given_ = HEAD + box(b"moov", track(b"meta", [[4]], [8])) + box(b"moof", b"")
    assert unmeasured(given_) == given_
