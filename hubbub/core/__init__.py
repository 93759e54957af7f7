"""The pure heart: shapes, decisions, arithmetic. No Django, no network, no disk, no clock."""
