//! What the fields become: brands, groups, channels, customers, the journal, search, the shipped examples.

use super::Importer;
use crate::both_engines;

both_engines! {
    fn an_imported_ticket_is_found_by_its_old_number_and_has_one_event(desk: TestDesk) {
        let map = "source = \"zd\"\nid = \"{number}\"\n[ticket]\ntitle = \"{subject}\"\n[message]\ncontent = \"{body}\"\n";
        let importer = Importer::new(desk, map);
        let row = "{\"number\": 84213, \"subject\": \"Broken lamp\", \"body\": \"It fell off the table.\"}\n";
        assert_eq!(importer.good("a.jsonl", row).counts(), [1, 0, 0, 0]);
        let admin = importer.desk.admin();
        let id = importer.tickets()[0]["id"].as_i64().expect("an id");
        for query in ["84213", "zd%2084213", "lamp", "table"] {
            assert_eq!(admin.get(&format!("/ticket?query={query}")).ids(), [id], "{query}");
        }
        assert_eq!(admin.get("/ticket?query=chair").ids(), Vec::<i64>::new());
        let item = admin.get(&format!("/ticket/{id}?getTicketHistory=true")).expect(200);
        let timeline = item["item"]["timeline"].as_array().expect("a timeline");
        assert_eq!(timeline.len(), 2, "{item}");
        let text = item.to_string();
        assert!(text.contains("Imported from zd 84213") && text.contains("It fell off the table."), "{text}");
        assert!(text.contains("\"initiated_by\":\"system\""), "{text}");
    }

    fn what_the_data_names_is_made_and_channels_are_known_without_case(desk: TestDesk) {
        let map = "source = \"s\"\nid = \"{id}\"\n[ticket]\nbrand = \"{brand}\"\ngroup = \"{group}\"\nchannel = \"{via}\"\n\
                   priority = { from = \"{urgent}\", map = { yes = \"urgent\" }, default = \"low\" }\ntags = \"{tags}\"\n\
                   from = \"{from}\"\n[customer]\nwhen = \"{who}\"\nexternal_id = \"{who}\"\nemail = \"{from}\"\n\
                   fields = { zip = \"{zip}\" }\n";
        let importer = Importer::new(desk, map);
        let rows = "id,brand,group,via,urgent,tags,from,who,zip\n\
                    1,Northlight,Repairs,FAX,yes,\"late, \"\"a, b\"\"\",ann@mail.example,W1,0123\n\
                    2,NORTHLIGHT,repairs,Web Form,,,ann@mail.example,,\n\
                    3,Fern,,pigeon,,,,,\n\
                    4,Quill,,,,,nobody,W2,\n\
                    5,,,,,,,W3,9\n";
        let done = importer.good("a.csv", rows);
        assert_eq!(done.counts(), [3, 0, 2, 0]);
        assert!(done.refused[0].1.starts_with("column via: \"pigeon\" is none of the channels e-mail, telephone"), "{:?}", done.refused);
        assert_eq!(done.refused[1].1, "column from: \"nobody\" is not an e-mail address");
        assert_eq!((done.summary.brands, done.summary.groups, done.summary.customers), (1, 1, Some(2)));
        let tickets = importer.tickets();
        assert_eq!(importer.all("channel_name"), ["fax", "web form", "API"]);
        assert_eq!(importer.all("priority"), ["urgent", "low", "low"]);
        assert_eq!(importer.all("tags")[0], "[\"late\",\"a, b\"]");
        assert_eq!(tickets[0]["brand_id"], tickets[1]["brand_id"]);
        assert_eq!(tickets[0]["assigned_group_id"], tickets[1]["assigned_group_id"]);
        // The second ticket's record names no customer, but the sender is one.
        assert_eq!(tickets[0]["customer_id"], tickets[1]["customer_id"]);
        assert_ne!(tickets[0]["customer_id"], 0);
        let customer = importer.desk.admin().get(&format!("/customer/{}", tickets[0]["customer_id"])).expect(200);
        assert!(customer.to_string().contains("0123"), "{customer}");
        importer.verify();
    }

    fn a_telephone_text_that_cannot_be_read_stays_with_its_customer(desk: TestDesk) {
        let map = "source = \"s\"\nid = \"{id}\"\n[customer]\nemail = \"{mail}\"\ntelephone = \"{phone}\"\n";
        let importer = Importer::new(desk, map);
        let rows = "id,mail,phone\n1,ann@mail.example,030 23125001\n2,,ext. 12\n3,,+49 30 23125002\n4,,+493023125002\n";
        let done = importer.good("a.csv", rows);
        assert_eq!((done.counts(), done.summary.customers), ([4, 0, 0, 0], Some(3)));
        let customers = importer.desk.admin().get("/customer").expect(200).to_string();
        assert!(customers.contains("030 23125001") && customers.contains("ext. 12"), "{customers}");
        let ids = importer.all("customer_id");
        assert_eq!(ids[2], ids[3]);
        importer.verify();
    }

    fn a_group_that_does_not_serve_the_brand_refuses_the_record(desk: TestDesk) {
        let map = "source = \"s\"\nid = \"{id}\"\n[ticket]\nbrand = \"{brand}\"\ngroup = \"Books\"\n";
        let importer = Importer::new(desk, map);
        let admin = importer.desk.admin();
        admin.post("/brand", serde_json::json!({"name": "Quill"})).expect(200);
        admin.post("/group", serde_json::json!({"name": "Books", "brandIDs": [1]})).expect(200);
        let done = importer.good("a.csv", "id,brand\n1,Default\n2,Quill\n3,New one\n");
        assert_eq!(done.counts(), [1, 0, 2, 0]);
        assert_eq!(done.refused[0], (3, "the group \"Books\" does not serve the brand \"Quill\"".into()));
        assert_eq!(admin.get("/brand").expect(200)["itemTotal"], 2, "a refused record leaves no brand behind");
    }

    fn conditions_leave_out_records_messages_and_customers(desk: TestDesk) {
        let map = "source = \"s\"\nid = \"{id}\"\n[ticket]\nwhen = \"{keep}\"\ntitle = \"{id}\"\n\
                   [message]\nwhen = \"{public}\"\ncontent = \"{text}\"\n";
        let importer = Importer::new(desk, map);
        let done = importer.good("a.csv", "id,keep,public,text\n1,y,,secret\n2,,y,x\n3,y,y,said\n4,y,y, \n");
        assert_eq!((done.counts(), done.summary.left_out), ([3, 0, 0, 0], 1));
        let admin = importer.desk.admin();
        assert_eq!(admin.get("/ticket?query=secret").ids(), Vec::<i64>::new());
        assert_eq!(admin.get("/ticket?query=said").ids().len(), 1);
        assert_eq!(importer.all("title"), ["1", "3", "4"]);
    }

    fn the_shipped_examples_go_in_whole(desk: TestDesk) {
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
        let read = |name: &str| std::fs::read_to_string(format!("{examples}/{name}")).expect("an example");
        let mut importer = Importer::new(desk, &read("complaints.toml"));
        let done = importer.good("complaints.jsonl", read("complaints.jsonl"));
        assert_eq!((done.counts(), done.summary.brands), ([30, 0, 0, 0], 5));
        let complaints = importer.tickets();
        assert!(complaints.iter().all(|t| t["created_at"].as_str().is_some_and(|time| time.ends_with("00:00:00"))));
        assert!(complaints.iter().all(|t| ["open", "closed"].contains(&t["status"].as_str().unwrap_or(""))));
        importer.map = read("orders.toml");
        let done = importer.good("orders.csv", read("orders.csv"));
        assert_eq!((done.counts(), done.summary.customers), ([5, 0, 0, 0], Some(4)));
        let first = &importer.tickets()[30];
        assert_eq!(first["title"], "2026-000117: Lamp arrived; shade cracked");
        assert_eq!((&first["created_at"], &first["closed_at"]), (&"2026-02-03 08:12:00".into(), &"2026-02-05 15:40:00".into()));
        importer.verify();
    }
}
