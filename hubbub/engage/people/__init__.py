"""People: who they are, across networks; what we know, what they agreed to, who may be one."""
