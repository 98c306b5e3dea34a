use std::time::Instant;
use deskbell_db::*;
static M: &[Migration] = &[Migration { number: 1, name: "bench", sqlite: "CREATE TABLE ticket (id BIGINT PRIMARY KEY, title TEXT NOT NULL, status BIGINT NOT NULL, at BIGINT NOT NULL);INSERT INTO ticket VALUES (1,'some title',1,1);", postgres: "" }];
fn main() {
    let d = std::env::args().nth(1).unwrap();
    let store = Store::open(Options::sqlite(d), M).unwrap();
    for n in [0usize, 1, 2, 5, 10] {
        let t = Instant::now();
        for i in 0..100_000i64 {
            store.read_blocking(Lane::Point, move |tx| {
                for k in 0..n { 
                    let sqls = ["SELECT id, title, status, at FROM ticket WHERE id = $1", "SELECT id, title, status, at FROM ticket WHERE id = $1 LIMIT 1"];
                    tx.first(sqls[k % 2], bind![1i64 + (i & 0)], |row| row.str(1).map(str::len))?; }
                Ok::<_, Error>(())
            }).unwrap();
        }
        println!("{n} statements: {} ns", t.elapsed().as_nanos() / 100_000);
    }
    println!("{}", std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmRSS")).unwrap());
}
