//! Endpoints of WCF services: what can listen at one address.

use rustc_hash::FxHashMap;

use crate::xml::{Document, NodeId};

/// An endpoint where another one of its service listens for the same contract.
pub(super) struct Twice {
    pub(super) element: NodeId,
    pub(super) first: NodeId,
    /// Address, transport and contract.
    pub(super) what: String,
}

/// The endpoints of services that share address, transport and contract with one before them, of which a
/// host opens one only.
pub(super) fn twice(document: &Document) -> Vec<Twice> {
    let mut found = Vec::new();
    let mut seen: FxHashMap<(NodeId, String), NodeId> = FxHashMap::default();
    for element in document.elements_named("endpoint") {
        let service = document.parent(element).filter(|service| {
            document.is_element(*service) && document.local_name(*service) == "service"
        });
        let value = |name| document.value(element, name).unwrap_or_default();
        let Some((service, transport)) = service.zip(transport(&value("binding"))) else {
            continue;
        };
        // Who listens elsewhere says so; a binding of its own may be for `https`.
        let configuration = value("bindingConfiguration");
        let (address, listens, contract) =
            (value("address"), value("listenUri"), value("contract"));
        let what = format!(" {address} {listens} {transport} {configuration} {contract}");
        let first = *seen.entry((service, what.clone())).or_insert(element);
        if first != element {
            found.push(Twice {
                element,
                first,
                what,
            });
        }
    }
    found
}

/// What a binding listens on; nothing of those that are not known.
fn transport(binding: &str) -> Option<&'static str> {
    const TRANSPORTS: [(&str, &str); 7] = [
        ("netTcp", "net.tcp"),
        ("mexTcp", "net.tcp"),
        ("netNamedPipe", "net.pipe"),
        ("mexNamedPipe", "net.pipe"),
        ("netMsmq", "net.msmq"),
        ("msmq", "msmq"),
        ("mexHttps", "https"),
    ];
    let known = TRANSPORTS
        .iter()
        .find(|(start, _)| binding.starts_with(start));
    known
        .map(|(_, transport)| *transport)
        .or_else(|| binding.contains("Http").then_some("http"))
}
