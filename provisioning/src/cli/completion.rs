//! `holdfast completion`: what a shell needs to complete this command.
//!
//! Enters: a shell's name. Leaves: a script for it on standard output, made from the command line as it is. Installs nothing.

use clap::CommandFactory;
use clap_complete::Shell as Generator;

use super::args::{Arguments, Shell};
use super::failure::Failure;
use super::terminal::Terminal;

pub(crate) fn run(shell: Shell, terminal: &Terminal) -> Result<(), Failure> {
    terminal.print(script(shell).trim_end())
}

fn script(shell: Shell) -> String {
    let generator = match shell {
        Shell::Bash => Generator::Bash,
        Shell::Zsh => Generator::Zsh,
        Shell::Fish => Generator::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut Arguments::command(), "holdfast", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_gets_a_script_that_knows_the_commands() {
        for (shell, mark) in [
            (Shell::Bash, "complete -F _holdfast"),
            (Shell::Zsh, "#compdef holdfast"),
            (Shell::Fish, "complete -c holdfast"),
        ] {
            let script = script(shell);
            for part in [mark, "ticket", "--first-code-file", "completion"] {
                let part = if shell == Shell::Fish { part.trim_start_matches("--") } else { part };
                assert!(script.contains(part), "{shell:?} without {part:?}");
            }
        }
    }
}
