"""The Atlas: everything known of a network as tracks on one axis of depth."""
