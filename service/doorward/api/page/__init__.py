"""The page that asks a challenge, for callers that have none: forms, and a little script."""
