"""Marked notes: the format of annotation.md."""
