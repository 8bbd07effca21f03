"""The network in torch, built from the configuration; its module paths are the graph's ids."""
