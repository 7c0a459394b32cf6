"""What colleagues write about an application."""
