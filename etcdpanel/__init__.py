"""The project: settings, URLs and the launcher, and nothing about clusters."""
