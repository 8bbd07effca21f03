"""What a run leaves on disk, and how it is read while it is written."""
