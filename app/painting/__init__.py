"""Qt painting of drawings and tracks along the axis of depth, shared by the views."""
