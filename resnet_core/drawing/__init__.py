"""A graph as a display list of rectangles, paths and texts at a level of detail, without Qt."""
