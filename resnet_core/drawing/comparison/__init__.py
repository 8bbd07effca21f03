"""Several networks one under the other on one axis of depth, with what differs between them, drawn without Qt."""
