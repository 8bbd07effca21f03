"""Tests of the studies that are made on demand."""
