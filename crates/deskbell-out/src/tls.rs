//! TLS to others by rustls on ring: verified by the system's certificate authorities and by those that are added.
//!
//! There is no way to skip the verification.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::failure::Failure;

/// A configuration that trusts the system's authorities and those of a PEM text, and whether there is any.
pub(crate) fn config(added: &str) -> Result<(ClientConfig, bool), Failure> {
    let mut roots = RootCertStore::empty();
    // A machine without authorities can still run; it is told when TLS is tried.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let unusable = |error: &dyn std::fmt::Display| {
        Failure::Tls(format!("a certificate authority that was added is no good: {error}"))
    };
    for certificate in CertificateDer::pem_slice_iter(added.as_bytes()) {
        let certificate = certificate.map_err(|error| unusable(&error))?;
        roots.add(certificate).map_err(|error| unusable(&error))?;
    }
    let any = !roots.is_empty();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Tls(format!("TLS could not be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok((config, any))
}
