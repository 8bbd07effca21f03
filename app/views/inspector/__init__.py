"""The inspector: everything about the one thing that is selected, or about the whole network."""
