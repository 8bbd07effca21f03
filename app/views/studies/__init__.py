"""The page of studies on demand: which there are, what each asks for, how far it is, and what it found."""
