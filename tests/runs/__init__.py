"""Tests of what a run leaves on disk, and of how it is read while it is written."""
