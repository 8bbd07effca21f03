"""Holds what is written into other formats against what it was written from."""
