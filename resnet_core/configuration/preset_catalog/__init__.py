"""Lists the published networks, one file a group of families: how each is built, its paper, and what was printed."""
