"""The only mutable state: QObjects that views listen to and intents are sent to."""
