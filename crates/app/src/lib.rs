//! The actions: load, decide, save.
