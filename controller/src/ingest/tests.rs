//! Tests of ingest over real files.
