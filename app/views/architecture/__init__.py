"""The open architecture as a form, under the tree of presets it can be taken from."""
