//! The outside: address, credit, signature, fulfilment.
