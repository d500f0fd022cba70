//! Settling.
