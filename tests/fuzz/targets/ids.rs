//! Ids as people type them: what was read and written again reads the same.

use holdfast_controller::store::tickets::TicketId;
use holdfast_protocol::ids::NodeId;
use holdfast_provisioning::client::Address;

pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(node) = text.parse::<NodeId>() {
        assert_eq!(node.to_string().parse(), Ok(node));
        assert_eq!(node.shown().parse(), Ok(node));
    }
    if let Ok(ticket) = text.parse::<TicketId>() {
        assert!(ticket.to_string().parse::<TicketId>().is_ok_and(|again| again == ticket));
    }
    if let Ok(address) = text.parse::<Address>() {
        let again = address.to_string().parse::<Address>();
        assert!(again.is_ok_and(|again| again == address), "{text:?} is {address}");
    }
}
