"""What machines read: feeds of open jobs, the map of the site, and what search engines may look at."""
