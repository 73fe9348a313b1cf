"""Doorward decides how sure a system must be of who is at the door."""

__version__ = "0.1.0"
