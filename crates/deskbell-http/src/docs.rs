//! The document at `/api/v2/openapi.json` and the page at `/docs`, both without a key and without any other host.

use bytes::Bytes;
use http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};

use crate::reply::Reply;

/// Scripts, styles and calls go to this server alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What is served beside the calls.
pub(crate) struct Pages {
    pages: [Page; 4],
}

/// One page.
pub(crate) struct Page {
    path: &'static str,
    media_type: &'static str,
    content: Bytes,
}

impl Pages {
    pub(crate) fn new(document: &serde_json::Value) -> Self {
        let page = |path, media_type, content| Page { path, media_type, content };
        let fixed = |text: &'static str| Bytes::from_static(text.as_bytes());
        Self {
            pages: [
                page("/api/v2/openapi.json", "application/json", document.to_string().into()),
                page("/docs", "text/html; charset=utf-8", fixed(include_str!("../assets/docs.html"))),
                page("/docs/docs.css", "text/css; charset=utf-8", fixed(include_str!("../assets/docs.css"))),
                page(
                    "/docs/docs.js",
                    "text/javascript; charset=utf-8",
                    fixed(include_str!("../assets/docs.js")),
                ),
            ],
        }
    }

    pub(crate) fn find(&self, path: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.path == path)
    }
}

impl Page {
    /// Its path, for metrics.
    pub(crate) fn route(&self) -> &'static str {
        self.path
    }

    pub(crate) fn reply(&self) -> Reply {
        let mut reply = Reply::bytes(self.media_type, self.content.clone());
        reply.header(CONTENT_SECURITY_POLICY, POLICY);
        reply.header(X_FRAME_OPTIONS, "DENY");
        reply
    }
}
