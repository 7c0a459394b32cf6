"""Jobs: what a company hires for, from draft to archive."""
