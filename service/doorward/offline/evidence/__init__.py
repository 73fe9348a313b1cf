"""What a model is worth: measured on sign-ins that it has not seen, beside what one would have without it."""
