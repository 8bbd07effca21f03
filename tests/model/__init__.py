"""Holds the torch network against the graph, against torchvision and against other counters."""
