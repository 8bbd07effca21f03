"""The window of Skipscope."""
