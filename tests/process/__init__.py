"""The tests of the worker process, its messages and its client."""
