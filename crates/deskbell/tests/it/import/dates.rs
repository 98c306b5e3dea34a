//! Dates: read by the map's formats in its zone, or refused; never guessed.

use super::Importer;
use crate::both_engines;
use crate::harness::START;

const MAP: &str = "source = \"dates\"\nid = \"{id}\"\n[dates]\nformats = [\"%Y-%m-%d\", \"%d/%m/%Y\"]\n\
                   zone = \"Europe/Amsterdam\"\n[ticket]\ntitle = \"{title}\"\ncreated_at = \"{created}\"\n";

both_engines! {
    fn serial_numbers_and_impossible_days_are_rejects_and_nothing_is_made_up(desk: TestDesk) {
        let importer = Importer::new(desk, MAP);
        let rows = "id,title,created\n1,a,45291\n2,b,31/12/2023\n3,c,45291.75\n4,d,2023-02-30\n5,e,\n";
        let done = importer.good("a.csv", rows);
        assert_eq!(done.counts(), [2, 0, 3, 0]);
        for ((line, reason), (at, value)) in done.refused.iter().zip([(2, "45291"), (4, "45291.75"), (5, "2023-02-30")]) {
            assert_eq!(*line, at);
            assert!(reason.starts_with(&format!("column created: {value:?} is not a time")), "{reason}");
        }
        assert_eq!(importer.all("title"), ["b", "e"]);
        // Without a time in the data there is only that of the import.
        assert_eq!(importer.all("created_at"), ["2023-12-30 23:00:00", START]);
        assert_eq!(importer.content("a.rejects.csv"), "id,title,created\n1,a,45291\n3,c,45291.75\n4,d,2023-02-30\n");
    }

    fn an_empty_date_takes_the_maps_default(desk: TestDesk) {
        let map = MAP.replace("\"{created}\"", "{ from = \"{created}\", default = \"2001-02-03\" }");
        let importer = Importer::new(desk, &map);
        assert_eq!(importer.good("a.csv", "id,title,created\n1,a,\n2,b,x\n").counts(), [1, 0, 1, 0]);
        assert_eq!(importer.all("created_at"), ["2001-02-02 23:00:00"]);
    }

    fn last_update_is_the_latest_time_and_closed_records_are_closed(desk: TestDesk) {
        let map = "source = \"times\"\nid = \"{id}\"\n[dates]\nformats = [\"%m/%d/%Y\"]\n[ticket]\nstatus = \"{status}\"\n\
                   created_at = \"{created}\"\nclosed_at = \"{closed}\"\n[message]\ncontent = \"{text}\"\ncreated_at = \"{said}\"\n";
        let importer = Importer::new(desk, map);
        let rows = "id,status,created,closed,text,said\n1,closed,7/29/2013,,,\n2,Closed,7/29/2013,8/1/2013,x,8/9/2013\n\
                    3,open,7/29/2013,,x,7/30/2013\n4,solved,,,x,7/30/2013\n";
        assert_eq!(importer.good("a.csv", rows).counts(), [4, 0, 0, 0]);
        let day = |day: &str| format!("2013-{day} 00:00:00");
        assert_eq!(importer.all("created_at"), [day("07-29"), day("07-29"), day("07-29"), day("07-30")]);
        assert_eq!(importer.all("last_update"), [day("07-29"), day("08-09"), day("07-30"), day("07-30")]);
        assert_eq!(importer.all("closed_at"), [day("07-29"), day("08-01"), String::new(), String::new()].map(|t| if t.is_empty() { "null".into() } else { t }));
        assert_eq!(importer.all("last_update_customer")[1..3], [day("08-09"), day("07-30")]);
        importer.verify();
    }
}
