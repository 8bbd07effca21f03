"""What a graph costs: parameters, multiply-adds, activations, receptive fields and memory, in plain Python."""
