"""The tests of Skipscope."""
