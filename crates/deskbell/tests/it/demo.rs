//! Made-up data: the same everywhere for the same seed, in one piece or several, and without a flaw.

use deskbell_app::{demo, verify};
use serde_json::Value;

use crate::both_engines;
use crate::harness::TestDesk;

fn make(desk: &TestDesk, tickets: u64) -> demo::Summary {
    demo::run(&desk.desk, tickets, 7, &mut |_| {}).expect("made")
}

fn items(desk: &TestDesk) -> Vec<Value> {
    let admin = desk.admin();
    let ids = admin.get("/ticket?itemLimit=9999&sort=id&order=asc").ids();
    ids.into_iter().map(|id| admin.get(&format!("/ticket/{id}")).expect(200)).collect()
}

both_engines! {
    fn the_same_seed_makes_the_same_tickets_in_one_piece_or_two(desk: TestDesk) {
        let other = TestDesk::sqlite();
        assert_eq!(make(&desk, 650).tickets, 650);
        assert_eq!(make(&other, 120).tickets, 120);
        let rest = make(&other, 650);
        assert_eq!((rest.already, rest.tickets), (120, 530));
        assert_eq!(make(&other, 650).tickets, 0);
        let (here, there) = (items(&desk), items(&other));
        assert_eq!(here.len(), 650);
        assert_eq!(here, there);
        assert!(demo::run(&other.desk, 700, 8, &mut |_| {}).is_err(), "another seed is refused");
    }

    fn made_up_data_stands_every_check_and_looks_like_a_help_desk(desk: TestDesk) {
        let made = make(&desk, 600);
        let report = verify::run(&desk.desk, &mut |_, _, _| {}).expect("a report");
        assert!(report.good, "{:?}", report.problems);
        assert!((1_500..2_100).contains(&made.messages), "{}", made.messages);
        let admin = desk.admin();
        let total = |filter: &str| admin.get(&format!("/ticket?itemLimit=0{filter}")).expect(200)["itemTotal"].as_u64().unwrap_or(0);
        assert_eq!(total(""), 600);
        assert!(total("&status=closed") > 250 && total("&status=open") > 10);
        assert!(total("&query=printer") > 0 && total("&query=printer") < 500);
    }
}
