"""The tracks that more than one view paints: structure, shape and counts along the axis of depth."""
