"""Replacing what may identify a person."""
