"""What studies of a network are and what they find: options, figures, words and documents, without torch."""
