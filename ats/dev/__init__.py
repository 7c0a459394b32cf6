"""What only a developer's machine needs: servers to start, browser files to copy, demo data, caught mails."""
