"""Real members that are brought to say each of their messages themselves."""
