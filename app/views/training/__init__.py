"""The Training tab: the live curves of the shown runs."""
