"""Runs: their list, and the controls of the one that is trained."""
