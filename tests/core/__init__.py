"""Tests the plain-Python core: configurations, files, graphs and counts."""
