"""The configuration unfolded into a graph of layers whose ids are module paths, in plain Python."""
