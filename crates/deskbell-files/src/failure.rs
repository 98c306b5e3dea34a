//! Why bytes could not be kept, read or removed.

use std::io;

/// Why bytes could not be kept, read or removed. The texts are for logs.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing is under the place.
    #[error("there is nothing under {0} in the store of files")]
    Missing(String),
    /// This machine could not do it.
    #[error("the store of files failed: {0}")]
    Machine(#[from] io::Error),
    /// The store elsewhere did not do it.
    #[error("the store of files failed: {0}")]
    Remote(String),
}

/// Runs what may wait for the disk beside the threads that answer.
pub(crate) async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(job).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(Failure::Machine(io::Error::other(error))),
    }
}
