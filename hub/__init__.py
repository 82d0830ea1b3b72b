"""A static-site social hub: what a brand says and what the public answers, in one place."""

__version__ = "0.1.0"
