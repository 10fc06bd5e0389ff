"""Training from marked notes: the saved pipeline and the necessity model."""
