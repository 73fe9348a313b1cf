"""A back-test as one HTML file: sentences for whoever decides, plots and tables for whoever looks closer."""

from doorward.offline.report.page import ReportNeedsPlotly, html

__all__ = ["ReportNeedsPlotly", "html"]
