"""Models, and what is trained and judged with them; the only place for numpy's and scikit-learn's learning."""
