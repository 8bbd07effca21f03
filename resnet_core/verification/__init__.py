"""The same network counted again: by the built model, by fvcore, by torchinfo and by torch's own counter."""
