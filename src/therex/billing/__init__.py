"""Minutes and units: pure arithmetic over what a note states."""
