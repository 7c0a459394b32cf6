"""A resume on its way in: the field that takes it, and the attachment that it becomes."""

from typing import Any

from flask_wtf.file import FileField
from wtforms.validators import ValidationError

from ats.candidates import files, housekeeping, resumes
from ats.candidates.models import Attachment, Candidate
from ats.extensions import db


class ResumeField(FileField):
    """A PDF or Word file. `required` is what to say when none is chosen; without it the field is optional."""

    media_type: str
    """Known, as is `content`, once the form is valid and a file was sent."""
    content: bytes

    def __init__(self, label: str, *, required: str | None = None, **options: Any) -> None:
        super().__init__(label, render_kw={"accept": ".pdf,.docx"}, **options)
        self.type = "FileField"  # What templates go by.
        self.required = required
        self.content = b""

    @property
    def was_sent(self) -> bool:
        return bool(self.data and self.data.filename)

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError, with what to do, unless the file is a resume that we take."""
        if not self.was_sent:
            if self.required:
                raise ValidationError(self.required)
            return
        self.content = self.data.read(resumes.MAX_BYTES + 1)
        try:
            self.media_type = resumes.check(self.data.filename, self.content)
        except resumes.ResumeRefused as refusal:
            raise ValidationError(str(refusal)) from None

    def attach_to(self, candidate: Candidate) -> Attachment:
        """As `store`, as the candidate's."""
        return self.store(candidate_id=candidate.id, company_id=candidate.company_id)

    def store(self, **fields: int) -> Attachment:
        """The valid field's file, stored, with its row, and its text to be read after the commit."""
        resume = Attachment(
            key=files.store(self.content),
            name=files.download_name(self.data.filename),
            media_type=self.media_type,
            size=len(self.content),
            **fields,
        )
        db.session.add(resume)
        db.session.flush()  # The application and the worker's job name the attachment's id.
        housekeeping.nudge(resume)
        return resume
