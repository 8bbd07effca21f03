"""What works behind the views: engine, runs on disk, settings, theme, autosave."""
