"""The candidate's side: public job pages, applying, and following one's own applications."""
