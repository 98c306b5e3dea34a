//! What meets at the same moment: whatever the order, nothing refers to something that is gone.

use std::sync::Arc;

use deskbell_app::item::Paging;
use deskbell_app::{brand, group, ticket, user};
use deskbell_core::Status;
use deskbell_db::Lane;

use super::*;
use crate::both_engines;

/// How often each race is run.
const ROUNDS: usize = 12;

both_engines! {
    fn of_deleting_a_brand_and_creating_a_ticket_in_it_one_wins(bench: &Bench) {
        block_on(async {
            for round in 0..ROUNDS {
                let id = brand_now(bench, &format!("Brand {round}")).await;
                let delete = spawn(bench, move |work| brand::delete(work, id, any).map(|_| ()));
                let creates: Vec<_> = (0..4).map(|_| {
                    let new = NewTicket { brand: Some(id), ..NewTicket::default() };
                    spawn(bench, move |work| ticket::create::create(work, &new).map(|_| ()))
                }).collect();
                let deleted = delete.await.expect("no panic");
                let mut made = 0;
                for create in creates {
                    match create.await.expect("no panic") {
                        Ok(()) => made += 1,
                        other => { refused(other, Code::UnknownReference); }
                    }
                }
                match deleted {
                    Ok(()) => assert_eq!(made, 0, "round {round}"),
                    other => { refused(other, Code::Conflict); }
                }
            }
        });
    }

    fn of_two_brands_of_one_name_one_is_made(bench: &Bench) {
        block_on(async {
            for round in 0..ROUNDS {
                let both = ["Same", "SAME"].map(|name| {
                    let fields = brand::Fields { name: Some(format!("{name} {round}")), ..Default::default() };
                    spawn(bench, move |work| brand::create(work, &fields).map(|_| ()))
                });
                assert_eq!(winners(both).await, 1, "round {round}");
            }
        });
    }

    fn of_two_brands_renamed_to_one_name_one_gets_it(bench: &Bench) {
        block_on(async {
            for round in 0..ROUNDS {
                let ids = [brand_now(bench, &format!("L {round}")).await, brand_now(bench, &format!("R {round}")).await];
                let both = ids.map(|id| {
                    let fields = brand::Fields { name: Some(format!("One {round}")), ..Default::default() };
                    spawn(bench, move |work| brand::update(work, id, &fields, any).map(|_| ()))
                });
                assert_eq!(winners(both).await, 1, "round {round}");
            }
        });
    }

    fn a_group_that_is_deleted_leaves_no_ticket_behind(bench: &Bench) {
        block_on(async {
            for round in 0..ROUNDS {
                let fields = named(&format!("Group {round}"));
                let (id, _) = run(bench, move |work| group::create(work, &fields)).await.expect("a group");
                let mut tickets = Vec::new();
                for n in 0..6 {
                    let new = NewTicket { group: (n % 2 == 0).then_some(id), ..NewTicket::default() };
                    tickets.push(run(bench, move |work| ticket::create::create(work, &new)).await.expect("a ticket").0);
                }
                let (desk, actor) = (bench.desk.clone(), admin());
                let delete = tokio::spawn(async move {
                    group::delete(&desk, &actor, "groupDelete", id, Some(FIRST_GROUP), any, None).await
                });
                let assigns: Vec<_> = tickets.iter().map(|t| assign(bench, *t, Change::Group(id))).collect();
                delete.await.expect("no panic").expect("the group is gone");
                for assign in assigns {
                    // The group is gone before the look for it, or between that and the look for its brands.
                    if let Err(error) = assign.await.expect("no panic") {
                        let code = error.fault().map(|fault| fault.code());
                        assert!(matches!(code, Some(Code::UnknownReference | Code::Conflict)), "{error}");
                    }
                }
                for id in tickets {
                    assert!(stored_now(bench, id).await.group.0 <= FIRST_GROUP.0, "round {round}");
                }
            }
        });
        assert_counters(bench);
    }

    fn a_user_who_is_deactivated_keeps_no_unfinished_ticket(bench: &Bench) {
        block_on(async {
            for round in 0..ROUNDS {
                let fields = person(&format!("user{round}"), &[]);
                let made = run(bench, move |work| user::create(work, &fields, &user::Account::default())).await;
                let (id, _) = made.expect("a user");
                let mut tickets = Vec::new();
                for _ in 0..6 {
                    let new = NewTicket::default();
                    tickets.push(run(bench, move |work| ticket::create::create(work, &new)).await.expect("a ticket").0);
                }
                let (desk, actor) = (bench.desk.clone(), admin());
                let gone = tokio::spawn(async move {
                    user::deactivate(&desk, &actor, "userDelete", id, any, None).await
                });
                let assigns: Vec<_> = tickets.iter().map(|t| assign(bench, *t, Change::User(id))).collect();
                gone.await.expect("no panic").expect("deactivated");
                for assign in assigns {
                    if let Err(fault) = assign.await.expect("no panic") {
                        refused(Err::<(), _>(fault), Code::Conflict);
                    }
                }
                for id in tickets {
                    let ticket = stored_now(bench, id).await;
                    assert_eq!((ticket.user, ticket.status), (UserId::NONE, Status::New), "round {round}");
                }
            }
        });
        assert_counters(bench);
    }

    fn one_name_that_many_imports_need_is_one_brand(bench: &Bench) {
        block_on(async {
            let all: Vec<_> = (0..8).map(|_| spawn(bench, |work| brand::find_or_create(work, "Shared"))).collect();
            let mut ids = Vec::new();
            for one in all {
                ids.push(one.await.expect("no panic").expect("the brand"));
            }
            ids.dedup();
            assert_eq!(ids.len(), 1);
        });
        let page = bench.read(&admin(), |tx, actor| brand::list(tx, actor, &Paging::default())).expect("a list");
        assert_eq!(page.total, 2);
    }
}

type Running<T> = tokio::task::JoinHandle<Result<T>>;

/// Begins a write that runs beside others.
fn spawn<T, F>(bench: &Bench, job: F) -> Running<T>
where
    T: Send + 'static,
    F: FnMut(&mut deskbell_app::Work<'_, '_>) -> Result<T> + Send + 'static,
{
    let (desk, actor) = (bench.desk.clone(), Arc::clone(&admin()));
    tokio::spawn(async move { desk.write(&actor, "test", job).await.map(|(done, _)| done) })
}

async fn run<T, F>(bench: &Bench, job: F) -> Result<T>
where
    T: Send + 'static,
    F: FnMut(&mut deskbell_app::Work<'_, '_>) -> Result<T> + Send + 'static,
{
    spawn(bench, job).await.expect("no panic")
}

async fn brand_now(bench: &Bench, name: &str) -> BrandId {
    let fields = brand::Fields { name: Some(name.into()), ..Default::default() };
    run(bench, move |work| brand::create(work, &fields)).await.expect("a brand").0
}

async fn stored_now(bench: &Bench, id: TicketId) -> Ticket {
    let actor = admin();
    let read = bench.desk.read(Lane::Point, &actor, move |tx, actor| load::one(tx, actor, id));
    read.await.expect("a ticket")
}

fn assign(bench: &Bench, id: TicketId, change: Change) -> Running<()> {
    let edits = [Edit::new("test", change)];
    spawn(bench, move |work| {
        ticket::update::update(work, Permission::TicketUpdate, id, &edits, any).map(|_| ())
    })
}

/// How many of two writes succeeded; the others must be refused as a conflict.
async fn winners(both: [Running<()>; 2]) -> usize {
    let mut won = 0;
    for one in both {
        match one.await.expect("no panic") {
            Ok(()) => won += 1,
            other => {
                refused(other, Code::Conflict);
            }
        }
    }
    won
}
