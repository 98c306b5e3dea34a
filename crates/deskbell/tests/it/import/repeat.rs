//! Running again: duplicates, repairs, dry runs, a run that was killed, a server beside.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use deskbell_app::import::Totals;

use super::Importer;
use crate::both_engines;

const TITLES: &str = "source = \"t\"\nid = \"{id}\"\n[ticket]\ntitle = \"{title}\"\n";
const ROWS: &str = "id,title\n10,first\n10,second\n,no id\n,,,\n   \n11,last\n";

both_engines! {
    fn no_id_goes_in_twice_and_repaired_rows_go_in_once(desk: TestDesk) {
        let importer = Importer::new(desk, TITLES);
        let done = importer.good("a.csv", ROWS);
        assert_eq!(done.counts(), [2, 0, 2, 2]);
        assert_eq!(done.refused, [
            (3, "the id \"10\" stands on line 2 already".to_owned()),
            (4, "the record has no id".to_owned()),
        ]);
        assert_eq!(importer.content("a.rejects.csv"), "id,title\n10,second\n,no id\n");
        let repaired = importer.content("a.rejects.csv").replace("10,second", "12,second");
        assert_eq!(importer.good("a.rejects.csv", repaired).counts(), [1, 0, 1, 0]);
        assert_eq!(importer.again("a.csv").expect("fits").counts(), [0, 2, 2, 2]);
        assert_eq!(importer.again("a.rejects.csv").expect("fits").counts(), [0, 1, 1, 0]);
        assert_eq!(importer.all("title"), ["first", "last", "second"]);
        importer.verify();
    }

    fn the_older_rejects_are_kept_and_lines_stay_where_the_map_counts_them(desk: TestDesk) {
        let map = "source = \"t\"\nid = \"{_line}\"\n[ticket]\ntitle = \"{title}\"\nstatus = \"{status}\"\n";
        let importer = Importer::new(desk, map);
        let done = importer.good("a.csv", "title,status\na,open\nb,odd\nc,open\nd,strange\n");
        assert_eq!(done.counts(), [2, 0, 2, 0]);
        assert_eq!(importer.content("a.rejects.csv"), "title,status\n\nb,odd\n\nd,strange\n");
        let repaired = importer.content("a.rejects.csv").replace("odd", "new").replace("strange", "new");
        let done = importer.good("a.rejects.csv", &repaired);
        assert_eq!(done.counts(), [2, 0, 0, 2]);
        assert_eq!(importer.all("title"), ["a", "c", "b", "d"]);
        // The first file again: its rejects differ from the repaired ones, which stay.
        assert_eq!(importer.again("a.csv").expect("fits").counts(), [0, 2, 2, 0]);
        assert_eq!(importer.content("a.rejects.1.csv"), repaired);
    }

    fn a_dry_run_says_what_a_real_one_does_and_changes_nothing(desk: TestDesk) {
        let map = format!("{TITLES}brand = \"{{brand}}\"\nchannel = \"{{via}}\"\n");
        let mut importer = Importer::new(desk, &map);
        let rows = "id,title,brand,via\n1,a,Northlight,fax\n2,b,Fern,pigeon\n3,c,northlight,E-Mail\n";
        importer.dry_run = true;
        let dry = importer.good("a.csv", rows);
        assert_eq!((dry.summary.brands, importer.tickets().len()), (1, 0));
        let brands = importer.desk.admin().get("/brand").expect(200);
        assert_eq!(brands["itemTotal"], 1);
        assert!(!importer.folder.path().join("a.rejects.csv").exists());
        importer.dry_run = false;
        let real = importer.again("a.csv").expect("fits");
        assert_eq!(real.counts(), dry.counts());
        assert_eq!(real.refused, dry.refused);
        assert_eq!(real.summary.brands, 1);
        importer.dry_run = true;
        assert_eq!(importer.again("a.csv").expect("fits").counts(), [0, 2, 1, 0]);
    }

    fn every_row_of_every_run_is_counted_and_those_of_a_dry_run_are_not(desk: TestDesk) {
        let map = "source = \"t\"\nid = \"{id}\"\n[ticket]\nwhen = \"{keep}\"\ntitle = \"{id}\"\nchannel = \"{via}\"\n";
        let mut importer = Importer::new(desk, map);
        assert_eq!(importer.totals(), (Totals::default(), 0));
        // Rows that need no transaction stand before, between and behind those that do.
        let rows = "id,keep,via\n,,\n1,,fax\n2,y,fax\n3,y,pigeon\n2,y,fax\n,,\n4,y,fax\n5,,fax\n,,\n6,y\n";
        importer.dry_run = true;
        let dry = importer.good("a.csv", rows);
        assert_eq!((dry.counts(), importer.totals().0), ([2, 0, 3, 3], Totals::default()));
        importer.dry_run = false;
        assert_eq!(importer.again("a.csv").expect("fits").counts(), [2, 0, 3, 3]);
        let once = Totals { imported: 2, already: 0, rejected: 3, blank: 3, left_out: 2 };
        assert_eq!(importer.totals(), (once, 2));
        assert_eq!(importer.again("a.csv").expect("fits").counts(), [0, 2, 3, 3]);
        assert_eq!(importer.totals(), (Totals { imported: 2, already: 2, rejected: 6, blank: 6, left_out: 4 }, 2));
        // Nothing at all is written of these but the counts.
        assert_eq!(importer.good("b.csv", "id,keep,via\n,,\n9,,fax\n").counts(), [0, 0, 0, 1]);
        assert_eq!(importer.totals(), (Totals { imported: 2, already: 2, rejected: 6, blank: 7, left_out: 5 }, 2));
    }

    fn a_killed_import_goes_on_beside_a_server_and_no_record_is_lost_or_doubled(desk: TestDesk) {
        const RECORDS: usize = 3_000;
        let map = format!("{TITLES}[message]\ncontent = \"{{text}}\"\n[customer]\nexternal_id = \"{{id}}\"\n");
        let importer = Importer::new(desk, &map);
        let mut rows = String::from("id,title,text\n");
        for n in 0..RECORDS {
            rows.push_str(&format!("R{n},title {n},the text of number {n}\n"));
        }
        importer.file("a.csv", rows);
        importer.file("a.toml", &map);
        let total = || importer.desk.admin().get("/ticket?itemLimit=0").expect(200)["itemTotal"].as_u64().unwrap_or(0);

        let mut child = program(&importer);
        while total() < 100 {
            assert!(child.try_wait().expect("a process").is_none(), "it ended before it was killed");
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        let there = total();
        assert!(there < RECORDS as u64, "it was killed too late to show anything");
        importer.verify();

        let (mut child, mut made) = (program(&importer), 0);
        let admin = importer.desk.admin();
        let status = loop {
            admin.post("/ticket", serde_json::json!({"title": "beside"})).expect(200);
            made += 1;
            if let Some(status) = child.try_wait().expect("a process") {
                break status;
            }
        };
        assert_eq!(status.code(), Some(0));
        assert_eq!(total(), RECORDS as u64 + made);
        assert_eq!(importer.again("a.csv").expect("fits").counts(), [0, RECORDS as u64, 0, 0]);
        importer.verify();
    }
}

/// The program itself, importing a.csv by a.toml.
fn program(importer: &Importer) -> std::process::Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskbell"));
    command.current_dir(importer.folder.path()).args(["import", "a.csv", "--map", "a.toml"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    match (importer.desk.place.file(), importer.desk.place.url()) {
        (Some(file), _) => command.arg("--data").arg(file.parent().expect("a folder")),
        (None, url) => command.env("DESKBELL_DATABASE", url.expect("a URL")).args(["--data", "data"]),
    };
    std::io::stderr().flush().expect("stderr");
    command.spawn().expect("the program")
}
