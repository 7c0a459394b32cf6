"""The RQ worker: sends the mail and reads the text of resumes. Run as many as the load needs."""

from ats import create_app
from ats.background import work

if __name__ == "__main__":
    work(create_app())
