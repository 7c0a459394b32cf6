"""Companies, the people who sign in, and how they do it."""
