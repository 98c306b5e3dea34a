//! Dialects: byte order marks, delimiters, ragged rows, encodings.

use super::Importer;
use crate::both_engines;

const PEOPLE: &str =
    "source = \"people\"\nid = \"{id}\"\n[ticket]\ntitle = \"{name}\"\n[customer]\nemail = \"{mail}\"\n";

both_engines! {
    fn a_byte_order_mark_is_no_part_of_the_first_column(desk: TestDesk) {
        let importer = Importer::new(desk, PEOPLE);
        let done = importer.good("a.csv", "\u{FEFF}id;name;mail\n7;Ada;ada@example.org\n8;Bob\n");
        assert_eq!(done.counts(), [1, 0, 1, 0]);
        assert_eq!(done.refused, [(3, "2 values, where the header has 3 columns".to_owned())]);
        assert_eq!(importer.content("a.rejects.csv"), "\u{FEFF}id;name;mail\n8;Bob\n");
        let done = importer.good("b.csv", "\u{FEFF}\"id\";name;mail\n9;\u{FEFF}Cem;c@example.org\n");
        assert_eq!(done.counts(), [1, 0, 0, 0]);
        let done = importer.good("c.tsv", "\u{FEFF}id\tname\tmail\r\n10\tDora\td@example.org\r\n");
        assert_eq!(done.counts(), [1, 0, 0, 0]);
        // Two files joined.
        let done = importer.good("d.jsonl", "\u{FEFF}{\"id\": 11, \"name\": \"Elif\"}\n\u{FEFF}{\"id\": 12}\n");
        assert_eq!(done.counts(), [2, 0, 0, 0]);
        let done = importer.good("e.csv", "id;name;mail\n13;Finn;f@example.org\n\u{FEFF}id;name;mail\n14;Gil;g@example.org\n");
        assert_eq!(done.counts(), [2, 0, 1, 0]);
        assert!(done.refused[0].1.contains("header once more"), "{:?}", done.refused);
        // Inside a value it is data.
        assert_eq!(importer.all("title")[..5], ["Ada", "\u{FEFF}Cem", "Dora", "Elif", ""]);
        importer.verify();
    }

    fn semicolons_are_found_named_or_asked_for(desk: TestDesk) {
        let map = |more: &str| {
            format!("source = \"shop\"\nid = \"{{id}}\"\n{more}\n[ticket]\ntitle = \"{{betreff}}\"\ntags = [\"{{preis}}\"]\n")
        };
        const ROWS: &str = "id;betreff;preis\n1;\"Rechnung; doppelt\";12,50\n";
        let mut importer = Importer::new(desk, &map(""));
        assert_eq!(importer.good("a.csv", ROWS).counts(), [1, 0, 0, 0]);
        importer.map = map("delimiter = \";\"");
        assert_eq!(importer.good("b.csv", ROWS.replace("\n1;", "\n2;")).counts(), [1, 0, 0, 0]);
        importer.map = map("");
        let done = importer.good("c.csv", format!("sep=;\r\n{}", ROWS.replace("\n1;", "\n3;") + "4\n"));
        assert_eq!((done.counts(), &done.refused[0].0), ([1, 0, 1, 0], &4));
        assert!(importer.content("c.rejects.csv").starts_with("sep=;\r\nid;betreff;preis\n4\n"));
        assert_eq!(importer.all("title"), ["Rechnung; doppelt"; 3]);
        assert_eq!(importer.all("tags"), ["[\"12,50\"]"; 3]);

        let refused = importer.import("d.csv", "id;betreff\n5;x\n").err().expect("refused");
        assert!(refused.contains("only one column found: is the separator ;?"), "{refused}");
        importer.map = map("delimiter = \",\"");
        let refused = importer.import("e.csv", ROWS).err().expect("refused");
        assert!(refused.contains("only one column found: is the separator ;?"), "{refused}");
        let refused = importer.import("f.csv", format!("sep=;\n{ROWS}")).err().expect("refused");
        assert!(refused.contains("another delimiter"), "{refused}");
        assert_eq!(importer.all("id").len(), 3);
    }

    fn a_file_of_one_column_is_one(desk: TestDesk) {
        let importer = Importer::new(desk, "source = \"ids\"\nid = \"{id}\"\n[ticket]\ntitle = \"{id}\"\n");
        assert_eq!(importer.good("a.csv", "id\n1\n\n2\n").counts(), [2, 0, 0, 1]);
    }

    fn what_does_not_fit_is_refused_before_anything_is_written(desk: TestDesk) {
        let mut importer = Importer::new(desk, PEOPLE);
        for (name, content, named) in [
            ("a.csv", "id,name\n1,Ada\n", "lacks: mail"),
            ("b.csv", "", "empty"),
            ("c.csv", "id,name,mail,name\n1,2,3,4\n", "name twice"),
            ("d.xlsx", "PK\u{3}\u{4}", "say in the map"),
            ("e.csv", "PK\u{3}\u{4}", "workbook"),
            ("f.csv", "id,name,mail\r1,Ada,a@b.example\r", "carriage return"),
        ] {
            let refused = importer.import(name, content).err().unwrap_or_default();
            assert!(refused.contains(named), "{name}: {refused}");
        }
        assert!(importer.import("g.csv", b"\xFF\xFEi\0d\0").is_err_and(|why| why.contains("UTF-16")));
        importer.map = format!("{PEOPLE}phone = \"x\"\n");
        assert!(importer.import("h.csv", "id,name,mail\n").is_err_and(|why| why.contains("phone")));
        assert_eq!(importer.tickets().len(), 0);
        // In JSON Lines a key that is missing is empty.
        importer.map = PEOPLE.to_owned();
        assert_eq!(importer.good("i.jsonl", "{\"id\": \"1\"}\n").counts(), [1, 0, 0, 0]);
    }

    fn windows_1252_is_read_where_it_is_named(desk: TestDesk) {
        let mut importer = Importer::new(desk, PEOPLE);
        const ROWS: &[u8] = b"id,name,mail\n1,M\xFCller \x80 5,m@example.org\n2,Bob,b@example.org\n";
        let done = importer.good("a.csv", ROWS);
        assert_eq!(done.counts(), [1, 0, 1, 0]);
        assert_eq!(done.refused[0].1, "column name is not UTF-8; is it encoding = \"windows-1252\"?");
        assert_eq!(std::fs::read(importer.folder.path().join("a.rejects.csv")).expect("rejects"), &ROWS[..40]);
        importer.map = format!("encoding = \"windows-1252\"\n{PEOPLE}");
        assert_eq!(importer.again("a.rejects.csv").expect("fits").counts(), [1, 0, 0, 0]);
        assert_eq!(importer.all("title"), ["Bob", "Müller € 5"]);
    }

    fn broken_json_and_open_quotes_spoil_only_themselves(desk: TestDesk) {
        let importer = Importer::new(desk, PEOPLE);
        let done = importer.good("a.jsonl", "{\"id\": 1}\n{\"id\": 2,\n\n[3]\n{\"id\": 4, \"name\": \"\\ud83d\"}\n{\"id\": 5, \"name\": {}}\n{\"id\": 6}");
        assert_eq!(done.counts(), [2, 0, 4, 1]);
        let lines: Vec<u64> = done.refused.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 4, 5, 6]);
        let done = importer.good("b.csv", "id,name,mail\n7,\"two\nlines\",\n8,\"open,\n9,x,\n");
        assert_eq!(done.counts(), [1, 0, 1, 0]);
        assert_eq!(done.refused, [(4, "a quotation mark is not closed up to the end of the file".to_owned())]);
        // A title is one line.
        assert_eq!(importer.all("title")[2], "two lines");
    }

    fn four_byte_characters_and_nul_are_told_apart(desk: TestDesk) {
        let importer = Importer::new(desk, PEOPLE);
        let long = "🥝".repeat(1_000);
        let rows = format!("{{\"id\": 1, \"name\": \"\\ud83d\\ude80 👩‍👩‍👧 𠮷野家 e\u{301}\"}}\n{{\"id\": 2, \"name\": \"{long}\"}}\n\
             {{\"id\": 3, \"name\": \"{long}x\"}}\n{{\"id\": 4, \"name\": \"a\\u0000b\"}}\n");
        let done = importer.good("a.jsonl", rows);
        assert_eq!(done.counts(), [2, 0, 2, 0]);
        assert_eq!(importer.all("title"), ["🚀 👩‍👩‍👧 𠮷野家 e\u{301}", &long]);
        assert_eq!(done.refused[0].1, "column name: 1001 characters, and 1000 are the most");
        assert!(done.refused[1].1.contains("U+0000"), "{:?}", done.refused);
    }
}
