"""What networks are called on pages: by their own names."""

from hubbub.connectors import connectors


def network_name(network: str) -> str:
    """Of a connector's kind ("wordpress"), or of where an author's id means the same author ("lemmy lemmy.ml"):
    "WordPress", "Lemmy (lemmy.ml)". What is not installed any more is called by its kind.
    """
    kind, _, site = network.partition(" ")
    known = connectors().get(kind)
    name = (known.called or known.label) if known else kind.replace("_", " ").capitalize()
    return f"{name} ({site})" if site else name
