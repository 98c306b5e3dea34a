//! Files in a bucket of an S3-compatible store, by the `object_store` library over our own HTTP client: rustls on ring, the
//! system's certificate authorities.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector as Tcp};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStoreExt, WriteMultipart};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::Reading;
use crate::failure::Failure;
use crate::spool::Spooled;

/// From how many bytes on a file is sent in parts of as many.
const PART: usize = 8 << 20;

/// How long the store may take until it begins to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which bucket, and how it is reached.
#[derive(Clone, Default)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Where the store is, such as `https://s3.example.org`; empty: Amazon's, in the region.
    pub endpoint: String,
    /// Its region.
    pub region: String,
    /// The id of the access key; empty: the credentials of the machine.
    pub key_id: String,
    /// The secret of the access key.
    pub secret: String,
    /// What all names in the bucket begin with; may be empty.
    pub prefix: String,
}

/// A bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Remote {
    store: Arc<AmazonS3>,
    prefix: Path,
}

impl Remote {
    /// A bucket; nothing is asked of it yet.
    ///
    /// # Errors
    ///
    /// What was said of it cannot be: an endpoint that is no URL, say.
    pub fn new(bucket: &Bucket) -> Result<Self, Failure> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&bucket.name)
            .with_region(&bucket.region)
            .with_http_connector(Connector);
        if !bucket.endpoint.is_empty() {
            let clear = bucket.endpoint.starts_with("http://");
            builder = builder.with_endpoint(&bucket.endpoint).with_allow_http(clear);
        }
        if !bucket.key_id.is_empty() {
            builder = builder.with_access_key_id(&bucket.key_id).with_secret_access_key(&bucket.secret);
        }
        let prefix = Path::parse(&bucket.prefix).map_err(|error| Failure::Remote(error.to_string()))?;
        Ok(Self { store: Arc::new(builder.build().map_err(failed)?), prefix })
    }

    fn path(&self, place: &str) -> Path {
        self.prefix.clone().join(place)
    }

    pub(crate) async fn put(&self, place: &str, spooled: Spooled) -> Result<(), Failure> {
        let path = self.path(place);
        if spooled.size() <= PART as u64 {
            let mut pieces = Vec::new();
            let mut from = 0;
            while from < spooled.size() {
                let piece = spooled.chunk(from).await?;
                from += piece.len() as u64;
                pieces.push(piece);
            }
            self.store.put(&path, pieces.into_iter().collect()).await.map_err(failed)?;
            return Ok(());
        }
        let upload = self.store.put_multipart(&path).await.map_err(failed)?;
        let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
        if let Err(failure) = send(&mut parts, &spooled).await {
            // What was sent of it is not kept; that this fails too changes nothing about the failure.
            let _ = parts.abort().await;
            return Err(failure);
        }
        parts.finish().await.map_err(failed)?;
        Ok(())
    }

    pub(crate) async fn read(&self, place: &str) -> Result<Reading, Failure> {
        let found = self.store.get(&self.path(place)).await.map_err(|error| missing(place, error))?;
        // A store that stops in the middle ends the reading.
        let pieces = stream::unfold(found.into_stream(), |mut rest| async move {
            let late = || Failure::Remote("the store stopped in the middle of a file".to_owned());
            match tokio::time::timeout(PATIENCE, rest.next()).await {
                Ok(piece) => piece.map(|piece| (piece.map_err(failed), rest)),
                Err(_) => Some((Err(late()), stream::empty().boxed())),
            }
        });
        Ok(pieces.boxed())
    }

    pub(crate) async fn size(&self, place: &str) -> Result<Option<u64>, Failure> {
        match self.store.head(&self.path(place)).await {
            Ok(about) => Ok(Some(about.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    pub(crate) async fn remove(&self, place: &str) -> Result<(), Failure> {
        match self.store.delete(&self.path(place)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

/// Sends all bytes, few parts at a time, so that memory is bounded.
async fn send(parts: &mut WriteMultipart, spooled: &Spooled) -> Result<(), Failure> {
    let mut from = 0;
    while from < spooled.size() {
        let piece = spooled.chunk(from).await?;
        from += piece.len() as u64;
        parts.put(piece);
        parts.wait_for_capacity(2).await.map_err(failed)?;
    }
    Ok(())
}

fn failed(error: object_store::Error) -> Failure {
    Failure::Remote(error.to_string())
}

fn missing(place: &str, error: object_store::Error) -> Failure {
    match error {
        object_store::Error::NotFound { .. } => Failure::Missing(place.to_owned()),
        error => failed(error),
    }
}

/// Makes clients for the library.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let https =
            HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build();
        let mut builder = Client::builder(TokioExecutor::new());
        let client = builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new()).build(https);
        Ok(HttpClient::new(Service { client }))
    }
}

#[derive(Debug)]
struct Service {
    client: Client<HttpsConnector<Tcp>, HttpRequestBody>,
}

#[async_trait::async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = match tokio::time::timeout(PATIENCE, self.client.request(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) if error.is_connect() => {
                return Err(HttpError::new(HttpErrorKind::Connect, error));
            }
            Ok(Err(error)) => return Err(HttpError::new(HttpErrorKind::Request, error)),
            Err(late) => return Err(HttpError::new(HttpErrorKind::Timeout, late)),
        };
        Ok(answer.map(|body| {
            HttpResponseBody::new(body.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error)))
        }))
    }
}
