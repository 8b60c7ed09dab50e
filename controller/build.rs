//! Makes cargo build again when a migration is added: `sqlx::migrate!` reads the folder while compiling, and cargo does
//! not see that by itself.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
