"""One file a format: what the program gives away as text, table or picture."""
