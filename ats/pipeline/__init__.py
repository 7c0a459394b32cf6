"""The hiring pipeline: applications, the stages they pass, and the board that shows them."""
