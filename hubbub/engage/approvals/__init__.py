"""Approvals: what waits for a colleague's word before it leaves, and whose words need one."""
