//! Tests of queries over real files.
