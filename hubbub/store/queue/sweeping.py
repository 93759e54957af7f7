"""The sweeps that are under way, for the loop, which serves all workspaces."""

from hubbub.store.models import Sweep, SweepState

BY = ("by__user", "by__workspace", "workspace", "policy", "batch")


def running_sweep() -> Sweep | None:
    """The oldest that is under way, held until the transaction ends; None: there is none."""
    rows = Sweep.everywhere.filter(state=SweepState.RUNNING).select_for_update(of=("self",)).order_by("pk")
    return rows.select_related(*BY).first()
