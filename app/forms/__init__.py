"""Editors built from what a field declares about itself, shared by every form of the window."""
