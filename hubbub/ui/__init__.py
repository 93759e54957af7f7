"""What all rooms' pages share: the base page, components, styles, charts, who may see what."""
