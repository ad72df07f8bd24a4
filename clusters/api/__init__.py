"""REST for programs: translate requests into actions and views into JSON."""
