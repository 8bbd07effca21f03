"""What a person may choose: frozen, validated configurations in plain Python, with presets and files."""
