"""Trains a residual network in torch: data, recipe, loop, gradient capture and checkpoints."""
