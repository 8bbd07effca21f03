"""Measures in torch how long each layer of a network takes."""
