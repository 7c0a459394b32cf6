"""What people may ask about their data: a copy, erasure; and what is erased by itself after a time."""
