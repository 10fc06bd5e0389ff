"""Bytes to notes: one module per kind of input."""
