//! What a purge leaves of a customer: nothing, in no table, no file and no index. Every datum is a word of its own, looked for in the
//! raw bytes; those of a neighbour must all still be there.

use std::cell::Cell;
use std::collections::BTreeSet;

use deskbell_app::verify;
use deskbell_db::Engine;
use http::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::file::{in_folder, sweep};
use crate::form::{field, form, save};
use crate::harness::{Client, Part, TestDesk};
use crate::import::Importer;
use crate::laws::Probe;

const MAP: &str = "source = \"old\"\nid = \"{id}\"\n[ticket]\ntitle = \"{title}\"\nfrom = \"{from}\"\n[message]\ncontent = \"{text}\"\n";

/// Words that nobody else has. They differ from their first letter on, since an index keeps only what differs from the word before.
struct Words {
    state: Cell<u64>,
    made: std::cell::RefCell<Vec<String>>,
}

impl Words {
    fn new(seed: u64) -> Self {
        Self { state: Cell::new(seed), made: std::cell::RefCell::default() }
    }

    fn random(&self) -> u64 {
        let mut x = self.state.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.state.set(x);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// A word in both cases, such as a name.
    fn word(&self) -> String {
        let letter = |_| char::from(b'a' + (self.random() % 26) as u8);
        let word: String = (0..16).map(letter).collect();
        self.made.borrow_mut().push(word.clone());
        word[..1].to_uppercase() + &word[1..8] + &word[8..].to_uppercase()
    }

    /// A German telephone number without its area.
    fn digits(&self) -> String {
        let digits = format!("23{:06}", self.random() % 1_000_000);
        self.made.borrow_mut().push(digits.clone());
        digits
    }

    /// What is looked for: the ends of the words, in lower case. Of words with a common beginning an index may hold no more.
    fn ends(&self) -> Vec<String> {
        self.made.borrow().iter().map(|word| word[word.len().saturating_sub(11)..].to_owned()).collect()
    }
}

/// Which of the ends stand in these bytes, in any case.
fn found(ends: &[String], bytes: &[u8]) -> BTreeSet<String> {
    let (lower, mut found) = (bytes.to_ascii_lowercase(), BTreeSet::new());
    // By their first two bytes: there is much to look through.
    let mut by_start: Vec<Vec<&String>> = vec![Vec::new(); 1 << 16];
    let start = |at: &[u8]| usize::from(at[0]) << 8 | usize::from(at[1]);
    ends.iter().for_each(|end| by_start[start(end.as_bytes())].push(end));
    for at in 0..lower.len().saturating_sub(1) {
        let here = |end: &&&String| lower[at..].starts_with(end.as_bytes());
        found.extend(by_start[start(&lower[at..])].iter().filter(here).map(|end| (*end).clone()));
    }
    found
}

fn id(answer: &Value, name: &str) -> i64 {
    answer[name].as_i64().expect("an id")
}

/// Somebody of whom the desk knows all that it can know.
struct Person {
    words: Words,
    customer: i64,
    external: String,
    /// Tickets that stay as shells.
    tickets: Vec<i64>,
    trash: i64,
}

fn once(key: &Client, method: Method, path: &str, name: &str, body: &Value) -> Value {
    let request = key.request(method, path).header("content-type", "application/json");
    key.send(request.header("idempotency-key", name), body.to_string()).expect(200)
}

fn person(importer: &Importer, seed: u64, agent: i64, field_id: (i64, i64)) -> Person {
    let (desk, key, words) = (&importer.desk, importer.desk.admin(), Words::new(seed));
    let w = || words.word();
    let (local, host) = (w(), w());
    let mail = format!("{local}@{host}.Example");
    // Who it is comes from outside, with the first ticket.
    let external = w();
    let found = json!([{"primary_id": external, "firstname": w(), "lastname": w(), "tier": w()}]);
    desk.endpoints.say(Some(&found.to_string()));
    let ticket = json!({"from": mail.to_uppercase(), "fromName": w(), "to": format!("{}@desk.example", w()), "title": w(), "tags": [w(), w()]});
    let first = id(&once(&key, Method::POST, "/ticket", &format!("t{seed}"), &ticket), "ticketID");
    desk.block_on(desk.desk.look_up()).expect("looked up");
    desk.endpoints.say(None);
    let customer = id(&desk.item(first), "customer_id");
    assert_ne!(customer, 0);
    let phone = words.digits();
    let idn = format!("{}@m\u{fc}ller{}.example", w(), w());
    let (twitter, facebook) = (w(), w());
    key.post("/customer/addchannelonly", json!({"customerID": customer, "extra_email": idn, "extra_telephone": format!("030/{phone}"), "extra_twitter": format!("@{twitter}"), "extra_facebook": facebook})).expect(200);
    key.put(&format!("/customer/{customer}"), json!({"custom_fields": {"town": w()}})).expect(200);

    let change = |ticket: i64, body: Value| key.put(&format!("/ticket/{ticket}"), body).expect(200);
    let say = |body: Value| id(&key.post("/message", body).expect(200), "messageID");
    change(first, json!({"title": w(), "tags": [w()], "assignedUserID": agent, "formID": field_id.0}));
    save(&key, first, &[(field_id.1, &w())]).expect(200);
    save(&key, first, &[(field_id.1, &w())]).expect(200);
    say(
        json!({"ticketID": first, "type": 1, "message": format!("<p>{} <b>{}</b><!-- {} --></p>", w(), w(), w()), "plaintext": w(), "ccInput": format!("{}@x.example", w()), "bccInput": format!("{}@x.example", w())}),
    );
    say(json!({"ticketID": first, "type": 0, "message": format!("{} {}", w(), w())}));
    say(
        json!({"ticketID": first, "type": 1, "toAddress": mail, "message": w(), "sendAt": "2026-12-25 13:00:00"}),
    );
    // One that left is in the journal.
    let gone = key.post("/message", json!({"ticketID": first, "type": 0, "message": w()})).expect(200);
    key.post("/ticket/undo", json!({"batchID": gone["batchID"]})).expect(200);
    // Files: with a message, and uploaded before under a name of the request's own.
    let (ticket_text, content, name) = (first.to_string(), w(), format!("{}.txt", w()));
    let parts = [
        Part::Text("ticketID", &ticket_text),
        Part::Text("type", "0"),
        Part::Text("message", "See it."),
        Part::File("attachments[]", &name, content.as_bytes()),
    ];
    key.upload("/message", &parts).expect(200);
    let upload = json!({"name": format!("{}.png", w()), "contentBase64": base64(&w().repeat(40_000))});
    let file = id(&once(&key, Method::POST, "/file", &format!("f{seed}"), &upload), "fileID");
    say(json!({"ticketID": first, "type": 0, "message": "And this.", "attachments": [file]}));
    let taken = json!({"ticketID": first, "type": 0, "message": w(), "attachments": [id(&key.post("/file", json!({"name": w(), "contentBase64": base64(&w())})).expect(200), "fileID")]});
    let taken = key.post("/message", taken).expect(200);
    key.post("/ticket/undo", json!({"batchID": taken["batchID"]})).expect(200);

    // Other ways to be a ticket of theirs.
    let called = desk.ticket(json!({"from": format!("+49 30 {phone}"), "channelID": 2, "title": w()}));
    let tweeted = desk.ticket(json!({"from": format!("@{}", twitter.to_uppercase()), "title": w()}));
    let written = desk.ticket(json!({"direction": "outbound", "to": idn, "title": w()}));
    let unlinked = desk.ticket(json!({"from": mail, "title": w()}));
    key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": unlinked})).expect(200);
    let strange = desk.ticket(json!({"from": format!("{}@elsewhere.example", w()), "title": w()}));
    let link = json!([{"actionType": "linkCustomer", "value": external}]);
    key.post("/ticket/batch", json!({"ticketIDs": [strange], "actions": link})).expect(200);
    let archived = desk.ticket(json!({"from": mail, "title": w()}));
    key.post("/ticket/setStatus", json!({"ticketIDs": [archived], "status": "closed"})).expect(200);
    key.post("/ticket/batch", json!({"ticketIDs": [archived], "actions": [{"actionType": "archive"}]}))
        .expect(200);
    let chat = id(
        &key.post("/message/chatbot", json!({"from": mail, "subject": w(), "message": w()})).expect(200),
        "ticketID",
    );
    let source = w();
    importer.good(
        &format!("{seed}.jsonl"),
        json!({"id": source, "title": w(), "from": mail, "text": w()}).to_string() + "\n",
    );
    let imported = key.get(&format!("/ticket?query={source}")).ids()[0];
    let trash = desk.ticket(json!({"from": mail, "title": w()}));
    say(json!({"ticketID": trash, "type": 0, "message": w()}));
    key.delete(&format!("/ticket/{trash}")).expect(200);
    let tickets = vec![first, called, tweeted, written, unlinked, strange, archived, chat, imported];
    Person { words, customer, external, tickets, trash }
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits =
            three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for n in 0..4 {
            let six = (bits >> (18 - 6 * n)) as usize & 63;
            out.push(if n > three.len() { '=' } else { char::from(LETTERS[six]) });
        }
    }
    out
}

fn everything(probe: &Probe) -> Vec<u8> {
    probe.dump().into_values().flatten().collect::<Vec<_>>().join("\n").into_bytes()
}

#[track_caller]
fn is_whole(desk: &TestDesk) {
    let report = verify::run(&desk.desk, &mut |_, _, _| {}).expect("a report");
    assert!(report.good, "{:?}", report.problems);
    let probe = Probe::new(&desk.place);
    probe.counters_hold();
    probe.versions_hold();
}

fn leaves_nothing(desk: TestDesk) {
    let place = desk.place.clone();
    let folder = (desk.desk.engine() == Engine::Sqlite).then(|| in_folder(&desk));
    let key = desk.admin();
    key.put("/brand/1", json!({"country": "DE", "crm_sync_url": "https://crm.example/find"})).expect(200);
    let hook = json!({"url": "https://hook.example/echo", "events": ["ticket.created", "ticket.changed", "note.created", "customer.created", "customer.changed"]});
    key.post("/webhook", hook).expect(200);
    let agent = desk.user("agent");
    let contract = form(&desk, "Contract", &[]);
    let number = field(&desk, contract, "Number", json!({}));
    let importer = Importer::new(desk, MAP);
    let desk = &importer.desk;
    let theirs = person(&importer, 7, agent, (contract, number));
    let neighbour = person(&importer, 11, agent, (contract, number));
    // A job holds what it is to do.
    let many: Vec<i64> = (0..251).map(|_| desk.ticket(json!({}))).collect();
    key.post(
        "/ticket/batch",
        json!({"ticketIDs": many, "actions": [{"actionType": "linkCustomer", "value": theirs.external}]}),
    )
    .expect(200);
    desk.block_on(desk.desk.tell_all()).expect("told");
    sweep(desk);
    is_whole(desk);

    // All of it is there, or this would prove nothing.
    let (gone, stays) = (theirs.words.ends(), neighbour.words.ends());
    let probe = Probe::new(&place);
    let mut before = everything(&probe);
    for file in folder.iter().flat_map(|folder| files(folder.path())) {
        before.extend(file.1);
    }
    let (there, kept) = (found(&gone, &before), found(&stays, &before));
    assert!(
        there.len() + 3 >= gone.len(),
        "{} of {}: {:?}",
        there.len(),
        gone.len(),
        gone.iter().filter(|w| !there.contains(*w)).collect::<Vec<_>>()
    );
    let tries = "SELECT COUNT(*) FROM webhook_try WHERE answer LIKE '%item_type%'";
    assert!(probe.number(tries) > 0);
    if probe.engine() == Engine::Postgres {
        probe.exec("ANALYZE");
    }
    let old: Vec<Value> = theirs.tickets.iter().map(|ticket| desk.item(*ticket)).collect();

    let done =
        key.json(Method::DELETE, "/customer/purgedata", json!({"customerID": theirs.customer})).expect(200);
    let erased = theirs.tickets.len() + 1 + many.len();
    assert_eq!(
        (&done["message"], &done["customerID"], &done["tickets"]),
        (&json!("Customer purged."), &json!(theirs.customer), &json!(erased))
    );

    for (table, rows) in probe.dump() {
        let left: Vec<&String> = rows.iter().filter(|row| !found(&gone, row.as_bytes()).is_empty()).collect();
        assert!(left.is_empty(), "{table} holds {left:?}");
    }
    let mut after = everything(&probe);
    for file in folder.iter().flat_map(|folder| files(folder.path())) {
        after.extend(file.1);
    }
    assert_eq!((found(&gone, &after), found(&stays, &after)), (BTreeSet::new(), kept.clone()));
    is_whole(desk);
    // The shells tell the numbers that they told before.
    for (ticket, old) in theirs.tickets.iter().zip(&old) {
        let item = desk.item(*ticket);
        for same in [
            "id",
            "brand_id",
            "channel_id",
            "assigned_group_id",
            "assigned_user_id",
            "status",
            "priority",
            "direction",
            "archived",
            "created_at",
            "closed_at",
            "form_id",
        ] {
            assert_eq!(item[same], old[same], "{same} of {ticket}");
        }
        let empty = ["title", "from_address", "from_name", "to_address", "to_name"]
            .map(|name| item[name].as_str().unwrap_or("").to_owned());
        assert_eq!(
            (empty.concat().as_str(), &item["tags"], &item["customer_id"]),
            ("", &json!([]), &json!(0)),
            "{item}"
        );
        assert_eq!(item["version"].as_i64(), old["version"].as_i64().map(|version| version + 1));
        assert_ne!(item["external_id"], old["external_id"]);
        assert_eq!(desk.events(*ticket).last().map(String::as_str), Some("purged:  -> "));
    }
    key.post("/ticket/undo", json!({"batchID": done["batchID"]})).refused(409, "conflict", &["batchID"]);
    assert_eq!(probe.number(&format!("SELECT COUNT(*) FROM ticket WHERE id = {}", theirs.trash)), 0);
    // The same records are in still, so they do not come back.
    assert_eq!(importer.again("7.jsonl").expect("a file that fits").counts(), [0, 1, 0, 0]);
    // What is told from now on says that it happened.
    desk.endpoints.take();
    desk.block_on(desk.desk.tell_all()).expect("told");
    let told: String = desk.endpoints.take().into_iter().map(|letter| letter.body).collect();
    assert!(told.contains("purged") && found(&gone, told.as_bytes()).is_empty(), "{told}");

    drop(probe);
    desk.desk.close();
    for vacuum in [false, true] {
        let mut kept = BTreeSet::new();
        for (file, bytes) in place.bytes(vacuum) {
            let left = found(&gone, &bytes);
            // Without it PostgreSQL has in its pages what was deleted there; SQLite has written over it.
            assert!(left.is_empty() || (folder.is_none() && !vacuum), "{file}, vacuum {vacuum}: {left:?}");
            kept.extend(found(&stays, &bytes));
        }
        assert!(kept.len() * 2 > stays.len(), "the search is blind");
    }
}

fn files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let paths = folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path());
    let read = |path: std::path::PathBuf| match path.is_dir() {
        true => files(&path),
        false => vec![(path.display().to_string(), std::fs::read(&path).expect("a file"))],
    };
    paths.flat_map(read).collect()
}

both_engines! {
    fn nothing_that_was_known_of_a_customer_is_left_anywhere(desk: TestDesk) {
        leaves_nothing(desk);
    }
}
