"""Real places where members meet, each started by a test and ended with it."""
