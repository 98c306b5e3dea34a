//! `deskbell serve`: settings in, a server that answers until it is told to stop.
//!
//! The order at the start: lock, address, tables, then the line on stdout that says that requests are answered. At
//! the end: no new connections, running requests finished, the store closed.

mod api;
mod router;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use deskbell_app::{Desk, key};
use deskbell_core::Actor;
use deskbell_db::{Engine, Lane};
use tokio::net::TcpListener;
use tokio::sync::watch::{Receiver, Sender, channel};

use crate::config::Config;
use crate::context::SystemContext;
use crate::courier::Out;
use crate::data::{self, Size};
use crate::lock::Lock;
use crate::metrics::Metrics;
use crate::server::{self, Limits, signals::Signals};
use crate::{logging, terminal};

pub use api::document;
pub use router::app;
pub(crate) use router::secured;
use watch::Watch;

/// Exit status of a server that a second signal ended at once.
const CUT_OFF: u8 = 1;

/// `deskbell serve`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where requests are taken [default: 127.0.0.1:8025]; port 0 takes a free one [env: DESKBELL_LISTEN].
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
}

/// Serves until a signal asks to stop.
pub(crate) fn run(_: &Args, config: &Config) -> Result<ExitCode> {
    logging::for_server(config)?;
    open_more_files();
    small_pages();
    // Held to the end. On PostgreSQL any number of servers may share the data.
    let _lock = data::prepare(config)?.map(|folder| Lock::take(&folder)).transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the threads of the server cannot be started")?;
    let bound = runtime.block_on(Bound::to(config))?;
    let desk = data::open(config, Size::Full)?;
    data::files(config, &desk)?;
    runtime.block_on(desk.agree_on_files()).map_err(|error| anyhow!("{error}"))?;
    hints(&desk, config)?;
    // The tables of phone numbers take a moment to read; the first number should not wait for it.
    std::thread::spawn(deskbell_core::address::prepare);
    let done = runtime.block_on(serve(bound, desk.clone(), config));
    // Tasks that were cut off must not hold the store open.
    runtime.shutdown_background();
    desk.close();
    tracing::info!("stopped");
    done.map(|()| ExitCode::SUCCESS)
}

/// The addresses that are taken, before anything is done to the data.
struct Bound {
    api: TcpListener,
    metrics: Option<TcpListener>,
}

impl Bound {
    async fn to(config: &Config) -> Result<Self> {
        let api = bind("listen", config.text("listen")).await?;
        let metrics = match config.optional("metrics_listen") {
            Some(address) => Some(bind("metrics_listen", address).await?),
            None => None,
        };
        Ok(Self { api, metrics })
    }
}

async fn bind(setting: &str, address: &str) -> Result<TcpListener> {
    use std::io::ErrorKind;
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "another program listens at {address} already; stop it, or choose another {setting} (port 0 takes a free one)"
        ),
        ErrorKind::PermissionDenied => anyhow!(
            "this user may not listen at {address}: ports below 1024 are the system's; choose another {setting}"
        ),
        ErrorKind::AddrNotAvailable => {
            anyhow!("{address} is no address of this machine; choose another {setting}, such as 127.0.0.1:8025")
        }
        _ => anyhow!("cannot listen at {address} ({setting}): {error}"),
    })
}

async fn serve(bound: Bound, desk: Desk, config: &Config) -> Result<()> {
    let mut signals = Signals::watch()?;
    let metrics = Metrics::new(desk.clone());
    let limits = Limits {
        connections: config.size("max_connections"),
        head: config.seconds("header_seconds"),
        idle: config.seconds("idle_seconds"),
        shutdown: config.seconds("shutdown_seconds"),
    };
    let settings = edge(config, Arc::clone(&metrics))?;
    let folder = (desk.engine() == Engine::Sqlite).then(|| config.data());
    let mut router = router::over(desk.clone(), settings.clone(), folder);
    let own = bound.metrics.is_some();
    if !own {
        router = router::with_metrics(router, Arc::clone(&metrics), &settings, router::Readers::ThisMachine);
    }
    desk.connect(Out::new(config));
    let background = desk.start_background().await;
    let (stop, stopping): (Sender<bool>, Receiver<bool>) = channel(false);
    let address = bound.api.local_addr().context("the address of the server cannot be read")?;
    let mut servers =
        vec![tokio::spawn(server::serve(bound.api, router, limits, Arc::clone(&metrics), stopping.clone()))];
    if let Some(listener) = bound.metrics {
        let address = listener.local_addr().context("the address of the figures cannot be read")?;
        let router = router::metrics_alone(Arc::clone(&metrics), &settings);
        servers.push(tokio::spawn(server::serve(listener, router, limits, Arc::clone(&metrics), stopping)));
        terminal::hint(&format!("deskbell: figures for Prometheus at http://{address}/metrics"));
    }
    terminal::answer(&format!("listening on http://{address}"))?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), engine = ?desk.engine(), "listening");

    let signal = signals.next().await;
    tracing::info!(signal, "stopping");
    let _ = stop.send(true);
    // They would listen for ever.
    desk.end_listening();
    let ended = async {
        for server in servers {
            if let Err(error) = server.await {
                tracing::error!(%error, "a server ended badly");
            }
        }
    };
    tokio::select! {
        () = ended => {}
        signal = signals.next() => at_once(signal),
    }
    drop(background);
    if let Err(error) = desk.record_uses().await {
        tracing::warn!(%error, "the last uses of keys could not be written");
    }
    Ok(())
}

/// What was acknowledged is on disk; whatever else was going on is as if the power had failed.
#[expect(
    clippy::disallowed_methods,
    reason = "a second signal asks for just this: to end without finishing anything"
)]
fn at_once(signal: &str) -> ! {
    tracing::warn!(signal, "a second signal: ending at once");
    std::process::exit(CUT_OFF.into())
}

/// The settings of the edge.
fn edge(config: &Config, metrics: Arc<Metrics>) -> Result<deskbell_http::Settings> {
    let proxies = config.list("trusted_proxies").iter().map(|text| text.parse());
    Ok(deskbell_http::Settings {
        key_in_query: config.flag("key_in_query"),
        require_if_match: config.flag("require_if_match"),
        trusted_proxies: proxies.collect::<Result<_, String>>().map_err(|wrong| anyhow!(wrong))?,
        body_time: config.seconds("body_seconds"),
        file: config.bytes("file_limit"),
        upload: config.bytes("upload_limit"),
        observer: Arc::new(Watch(metrics)),
        ..deskbell_http::Settings::new(Arc::new(SystemContext))
    })
}

/// Says how to make the first key.
fn hints(desk: &Desk, config: &Config) -> Result<()> {
    let keys = desk.read_blocking(Lane::Point, &Arc::new(Actor::system()), |tx, _| key::list(tx))?;
    if keys.iter().any(|key| key.is_good(desk.context().now())) {
        return Ok(());
    }
    let place = match (config.optional("database"), config.text("data")) {
        (Some(_), _) => " --database URL".to_owned(),
        (None, "./deskbell-data") => String::new(),
        (None, folder) => format!(" --data {folder}"),
    };
    terminal::hint(&format!(
        "deskbell: there is no key yet, so no call is allowed. Make one, also while the server runs:\n  \
         deskbell key create --name first --all{place}"
    ));
    Ok(())
}

/// Memory in the system's small pages. With huge ones, which some systems give unasked, an idle server has twice the memory
/// and answers no faster, as measured.
fn small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Each connection is an open file: takes as many as the system lets this user have.
fn open_more_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        // The lower limit serves as well, just fewer at once.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}
