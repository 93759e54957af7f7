"""Teams: members who look after conversations together."""
