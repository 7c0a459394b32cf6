"""The Flask extensions, made once and bound to an application in `create_app`."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, registry

from ats.smtp import Mail

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
"""Names for constraints, so that migrations can name them back."""
TYPES: dict[Any, Any] = {
    str: sa.Text(),
    datetime: sa.DateTime(timezone=True),
    dict[str, Any]: JSONB(),
    list[dict[str, Any]]: JSONB(),
    list[str]: JSONB(),
    dict[str, int]: JSONB(),
}
"""The column types of plain annotations."""


class Base(DeclarativeBase):
    """What all models derive from."""

    registry = registry(metadata=METADATA, type_annotation_map=TYPES)


# What was read stays readable after the commit, for the answer. Who needs it fresh asks for it (`populate_existing`).
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate(compare_type=True)
login_manager = LoginManager()
csrf = CSRFProtect()
mail = Mail()
limiter = Limiter(get_remote_address, headers_enabled=True)

if TYPE_CHECKING:

    class Model(Base):
        """What type checkers see of `db.Model`."""

        __abstract__ = True
else:
    Model = db.Model
