"""The layer table: every count of the open architecture, row by row."""
