"""Candidates as one company knows them, with their tags and files."""
