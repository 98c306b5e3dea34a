//! Which call a path and a method mean. A fixed segment wins over an id, for every method.

use std::borrow::Cow;
use std::collections::HashMap;

use http::{HeaderValue, Method};

use crate::decode::unescape;
use crate::operation::Operation;

/// The paths of the API.
pub(crate) struct Routes {
    fixed: HashMap<&'static str, Node>,
    with_ids: Vec<(Vec<&'static str>, Node)>,
}

/// The methods of one path.
#[derive(Default)]
pub(crate) struct Node {
    methods: Vec<(Method, usize)>,
}

impl Node {
    /// The call of a method; HEAD asks for what GET answers.
    pub(crate) fn call(&self, method: &Method) -> Option<usize> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.methods.iter().find(|(known, _)| known == method).map(|(_, call)| *call)
    }

    /// The value of `Allow`.
    pub(crate) fn allow(&self) -> HeaderValue {
        let mut names: Vec<&str> = self.methods.iter().map(|(method, _)| method.as_str()).collect();
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.sort_unstable();
        HeaderValue::try_from(names.join(", ")).unwrap_or(HeaderValue::from_static(""))
    }
}

impl Routes {
    pub(crate) fn new<S>(operations: &[Operation<S>]) -> Self {
        let mut routes = Self { fixed: HashMap::new(), with_ids: Vec::new() };
        for (at, operation) in operations.iter().enumerate() {
            let node = match operation.path.contains('{') {
                false => routes.fixed.entry(operation.path).or_default(),
                true => routes.node_with_ids(operation.path),
            };
            let method = operation.method.clone();
            assert!(node.call(&method).is_none(), "{method} {} stands twice", operation.path);
            node.methods.push((method, at));
        }
        routes
    }

    fn node_with_ids(&mut self, path: &'static str) -> &mut Node {
        let segments: Vec<&str> = path.split('/').collect();
        let at = self.with_ids.iter().position(|(known, _)| *known == segments);
        let at = at.unwrap_or_else(|| {
            self.with_ids.push((segments, Node::default()));
            self.with_ids.len() - 1
        });
        &mut self.with_ids[at].1
    }

    /// The node of a path below `/api/v2`, and what stands where the path has ids.
    pub(crate) fn find<'p>(&self, path: &'p str) -> Option<(&Node, Vec<Cow<'p, str>>)> {
        if let Some(node) = self.fixed.get(path) {
            return Some((node, Vec::new()));
        }
        let segments: Vec<Cow<'p, str>> = path.split('/').map(decoded).collect();
        if path.contains('%')
            && let Some(node) = self.fixed.get(&*segments.join("/"))
            && !segments.iter().any(|s| s.contains('/'))
        {
            return Some((node, Vec::new()));
        }
        let fits = |pattern: &[&str]| {
            pattern.len() == segments.len()
                && pattern.iter().zip(&segments).all(|(p, s)| (p.starts_with('{') && !s.is_empty()) || p == s)
        };
        let (pattern, node) = self.with_ids.iter().find(|(pattern, _)| fits(pattern))?;
        let ids = pattern.iter().zip(segments).filter(|(p, _)| p.starts_with('{'));
        Some((node, ids.map(|(_, segment)| segment).collect()))
    }
}

fn decoded(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return segment.into();
    }
    String::from_utf8_lossy(&unescape(segment.as_bytes())).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, method: Method) -> String {
        let operations: Vec<Operation<()>> = vec![
            Operation::get("list", "/ticket"),
            Operation::post("create", "/ticket"),
            Operation::get("item", "/ticket/{ticketID}"),
            Operation::delete("remove", "/ticket/{ticketID}"),
            Operation::delete("multi", "/ticket/multi"),
            Operation::post("rotate", "/key/{keyID}/rotate"),
        ];
        let routes = Routes::new(&operations);
        let Some((node, ids)) = routes.find(path) else { return "none".into() };
        match node.call(&method) {
            Some(at) => format!("{} {}", operations[at].id, ids.join(",")).trim_end().to_owned(),
            None => format!("allow {}", node.allow().to_str().expect("text")),
        }
    }

    #[test]
    fn a_fixed_segment_wins_for_every_method() {
        assert_eq!(found("/ticket", Method::GET), "list");
        assert_eq!(found("/ticket", Method::HEAD), "list");
        assert_eq!(found("/ticket/multi", Method::DELETE), "multi");
        assert_eq!(found("/ticket/multi", Method::GET), "allow DELETE");
        assert_eq!(found("/ticket", Method::PATCH), "allow GET, HEAD, POST");
        assert_eq!(found("/ticket/12", Method::DELETE), "remove 12");
        assert_eq!(found("/key/4/rotate", Method::POST), "rotate 4");
    }

    #[test]
    fn a_path_is_exact_but_for_escaped_letters() {
        for path in [
            "/ticket/",
            "//ticket",
            "/ticket//",
            "/ticket/1/",
            "/Ticket",
            "/",
            "",
            "/key//rotate",
            "/ticket%2F1",
        ] {
            assert_eq!(found(path, Method::GET), "none", "{path}");
        }
        assert_eq!(found("/%74icket", Method::GET), "list");
        assert_eq!(found("/ticket/%31", Method::GET), "item 1");
        assert_eq!(found("/ticket/a%2Fb", Method::GET), "item a/b");
    }
}
