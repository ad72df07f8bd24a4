"""One module a figure; each has `measure(pairs)`."""
