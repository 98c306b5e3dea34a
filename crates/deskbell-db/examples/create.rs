//! Measures the engine layer alone: durable creates (a row, two index entries and a journal row) and
//! point reads by concurrent async callers.
//!
//! `cargo run --release -p deskbell-db --example create -- [sqlite PATH | postgres URL] [CALLERS] [SECONDS]`

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use deskbell_db::{Error, Lane, Migration, Options, Store, Urgency, bind};

const TABLES: &str = "
    CREATE TABLE ticket (id BIGINT PRIMARY KEY, title TEXT NOT NULL, status BIGINT NOT NULL, at BIGINT NOT NULL);
    CREATE INDEX ticket_status ON ticket (status, at);
    CREATE TABLE journal (id BIGINT PRIMARY KEY, ticket BIGINT NOT NULL, body TEXT NOT NULL);
    CREATE INDEX journal_ticket ON journal (ticket);";
static MIGRATIONS: &[Migration] = &[Migration { number: 1, name: "bench", sqlite: TABLES, postgres: TABLES }];

fn main() -> Result<(), Error> {
    let mut words = std::env::args().skip(1);
    let engine = words.next().unwrap_or_else(|| "sqlite".into());
    let place = words.next().unwrap_or_else(|| "bench.db".into());
    let callers: usize = words.next().and_then(|word| word.parse().ok()).unwrap_or(32);
    let seconds: u64 = words.next().and_then(|word| word.parse().ok()).unwrap_or(5);
    let options = if engine == "postgres" { Options::postgres(place) } else { Options::sqlite(place) };
    let store = Store::open(options, MIGRATIONS)?;
    let highest = "SELECT coalesce(max(id), 0) FROM ticket";
    let first = store.read_blocking(Lane::Point, |tx| tx.first(highest, bind![], |row| row.int(0)))?;
    let next = Arc::new(AtomicI64::new(first.unwrap_or(0) + 1));

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(deskbell_db::Kind::Engine, "no runtime").with_source(error))?;
    let writes = Arc::clone(&next);
    let target = store.clone();
    runtime.block_on(measure("creates", callers, seconds, move || {
        let (store, id) = (target.clone(), writes.fetch_add(1, Relaxed));
        async move { create(&store, id).await }
    }));
    let target = store.clone();
    runtime.block_on(measure("reads", callers, seconds, move || {
        let (store, id) = (target.clone(), next.fetch_add(7919, Relaxed) % 1000 + 1);
        async move { read(&store, id).await }
    }));
    println!("{:#?}", store.stats());
    store.close();
    Ok(())
}

async fn create(store: &Store, id: i64) -> Result<(), Error> {
    store
        .write(Urgency::Interactive, move |tx| {
            let title = "a ticket about something that does not work as it should";
            tx.exec(
                "INSERT INTO ticket (id, title, status, at) VALUES ($1, $2, $3, $4)",
                bind![id, title, id % 7, id],
            )?;
            tx.exec("INSERT INTO journal (id, ticket, body) VALUES ($1, $1, $2)", bind![id, title]).map(drop)
        })
        .await
}

async fn read(store: &Store, id: i64) -> Result<(), Error> {
    store
        .read(Lane::Point, move |tx| {
            let sql = "SELECT id, title, status, at FROM ticket WHERE id = $1";
            let title = tx.first(sql, bind![id], |row| row.str(1).map(str::to_owned))?;
            let sql = "SELECT id, body FROM journal WHERE ticket = $1 ORDER BY id LIMIT 50";
            let bodies = tx.all(sql, bind![id], |row| row.str(1).map(str::len))?;
            Ok::<_, Error>((title.map_or(0, |title| title.len()), bodies.len()))
        })
        .await
        .map(drop)
}

async fn measure<F, W>(what: &str, callers: usize, seconds: u64, work: F)
where
    F: Fn() -> W + Clone + Send + 'static,
    W: Future<Output = Result<(), Error>> + Send,
{
    let done = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (work, done) = (work.clone(), Arc::clone(&done));
        tasks.spawn(async move {
            while Instant::now() < end {
                if let Err(error) = work().await {
                    eprintln!("{error}");
                    return;
                }
                done.fetch_add(1, Relaxed);
                // Point reads run inline: let the other callers have their turn.
                tokio::task::yield_now().await;
            }
        });
    }
    while tasks.join_next().await.is_some() {}
    let done = done.load(Relaxed);
    let rate = u128::from(done) * 1_000_000 / began.elapsed().as_micros().max(1);
    println!("{what}: {rate}/s by {callers} callers");
}
