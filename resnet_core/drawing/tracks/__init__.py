"""The tracks of the Atlas: rows of facts along the axis of depth, drawn without Qt."""
