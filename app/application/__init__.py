"""The composition root: makes states, services and views, and connects every wire between them."""

from app.application.program import Application
from app.application.start import make_qt_application, run

__all__ = ["Application", "make_qt_application", "run"]
