//! MQTT topics: `u/<node>/…` up, `d/<node>/…` down, with an optional prefix for a shared broker.
//!
//! Enters: a node id, or a topic as text. Leaves: a topic, or what it means. A node may publish on its own `u/` topics
//! and receives its own `d/` topics; whoever asks this module about anything else gets nothing.

use crate::ids::NodeId;

/// What travels up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Up {
    /// `r`: a record.
    Record,
    /// `e`: a record of an urgent kind.
    Urgent,
    /// `s`: birth, silence, stop, and the last will.
    Status,
}

/// What travels down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Down {
    /// `a`: an acknowledgement.
    Ack,
    /// `c`: a signed command or configuration.
    Command,
}

impl Up {
    /// The topic of `node`.
    #[must_use]
    pub fn of(self, node: NodeId) -> String {
        let leaf = match self {
            Self::Record => 'r',
            Self::Urgent => 'e',
            Self::Status => 's',
        };
        format!("u/{node}/{leaf}")
    }

    /// What `topic` means when `node` publishes on it, or `None` when it may not.
    #[must_use]
    pub fn parse(topic: &str, node: NodeId) -> Option<Self> {
        [Self::Record, Self::Urgent, Self::Status].into_iter().find(|up| up.of(node) == topic)
    }
}

impl Down {
    /// The topic of `node`.
    #[must_use]
    pub fn of(self, node: NodeId) -> String {
        let leaf = match self {
            Self::Ack => 'a',
            Self::Command => 'c',
        };
        format!("d/{node}/{leaf}")
    }

    /// What `topic` means to `node`, or `None` when it is not for it.
    #[must_use]
    pub fn parse(topic: &str, node: NodeId) -> Option<Self> {
        [Self::Ack, Self::Command].into_iter().find(|down| down.of(node) == topic)
    }
}

/// The filter a node subscribes to after every connect: all that is for it.
#[must_use]
pub fn down_filter(node: NodeId) -> String {
    format!("d/{node}/+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_owns_its_topics_and_no_others() {
        let (mine, other) = (NodeId::from_bytes([1; 5]), NodeId::from_bytes([2; 5]));
        assert_eq!(Up::parse(&Up::Record.of(mine), mine), Some(Up::Record));
        for topic in
            [Up::Record.of(other), Down::Ack.of(mine), format!("u/{mine}/+"), format!("u/{mine}/r/x")]
        {
            assert_eq!(Up::parse(&topic, mine), None, "{topic}");
        }
        assert_eq!(Down::parse(&Down::Ack.of(mine), mine), Some(Down::Ack));
    }
}
