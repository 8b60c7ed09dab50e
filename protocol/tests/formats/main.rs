//! What is promised about formats: golden bytes, and pages that say the same as the code.

mod pages;
mod vectors;
