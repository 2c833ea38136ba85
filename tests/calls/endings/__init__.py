"""How dials end, seen by a dispatcher on the sandbox."""
