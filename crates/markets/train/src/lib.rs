//! A market in training language models.
