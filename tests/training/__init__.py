"""The tests of the training: optimiser, gradient capture, checkpoints and the loop."""
