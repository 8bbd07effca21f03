"""Tests that a network is counted alike by us, by the built model and by three other counters."""
