"""Tests of the data: resources, data sets, batches and shifts."""
