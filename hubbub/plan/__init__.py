"""Plan: objectives, KPIs and their targets."""
