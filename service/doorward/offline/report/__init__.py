"""A back-test as one HTML file: sentences for whoever decides, plots and tables for whoever looks closer."""

from doorward.offline.report.page import html
from doorward.offline.report.sheet import ReportNeedsPlotly

__all__ = ["ReportNeedsPlotly", "html"]
