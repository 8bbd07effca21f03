"""Studies of a trained network on demand: what they find, and the measurements they make for it."""
