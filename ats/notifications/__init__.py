"""Mail: written with its cause, sent after it, never lost."""
