"""Tools that work on logs and records instead of requests; they decide nothing for anybody."""
