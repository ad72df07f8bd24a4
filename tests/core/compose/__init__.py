"""What is read of Compose files, and clusters written as such."""
