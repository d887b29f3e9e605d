"""The text of other formats: one module, with one function for `readers`, for each."""
