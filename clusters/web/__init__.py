"""The pages: what people see and fill in."""
