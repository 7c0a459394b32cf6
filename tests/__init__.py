"""The tests. They run on servers and a browser of their own; nothing of ours is mocked."""
