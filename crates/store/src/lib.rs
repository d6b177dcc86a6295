//! The memory: one narrow engine, SQL once a noun.
