//! Tests of the fleet over real files.
