"""One folder a view; views take states and never import each other."""
