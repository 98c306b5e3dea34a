//! Parameters and columns: the same shapes on both engines, bound by number.

use deskbell_db::{Error, Kind, Lane, Store, Value, bind};

use crate::support::{Database, both, write};

fn first<T: Send + 'static>(
    store: &Store,
    sql: &'static str,
    params: &'static [Value<'static>],
    mut map: impl FnMut(&deskbell_db::Row<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let row = store.read_blocking(Lane::Point, move |tx| tx.first(sql, params, &mut map));
    row.map(|row| row.expect("one row"))
}

both! {
    parameters_are_bound_by_their_number_not_by_their_place(database) {
        let store = database.open();
        static PARAMS: &[Value<'static>] = &[Value::Int(10), Value::Int(20)];
        let sql = "SELECT $2::bigint, $1::bigint, $2::bigint + $1::bigint";
        let row = first(&store, sql, PARAMS, |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)));
        assert_eq!(row.expect("read"), (20, 10, 30));
    }

    every_shape_comes_back_as_it_went_in(database) {
        let store = database.open();
        write(&store, |tx| {
            let types = if tx.engine() == deskbell_db::Engine::Sqlite {
                "CREATE TABLE shape (i INTEGER, t TEXT, b BLOB) STRICT"
            } else {
                "CREATE TABLE shape (i BIGINT, t TEXT, b BYTEA)"
            };
            tx.exec(types, bind![])?;
            let insert = "INSERT INTO shape (i, t, b) VALUES ($1, $2, $3)";
            for (int, text, blob) in [(i64::MIN, "", &[][..]), (i64::MAX, "ß𝄞\u{1f600}", &[0, 255])] {
                let changed = tx.exec(insert, bind![int, text, blob])?;
                assert_eq!(changed, 1);
                let sql = "SELECT i, t, b FROM shape WHERE i = $1";
                let row = tx.first(sql, bind![int], |row| {
                    assert_eq!((row.str(1)?, row.blob(2)?), (text, blob));
                    row.int(0)
                })?;
                assert_eq!(row, Some(int));
            }
            tx.exec(insert, bind![None::<i64>, None::<&str>, None::<&[u8]>])?;
            let nulls = tx.all("SELECT i, t, b FROM shape WHERE i IS NULL", bind![], |row| {
                assert_eq!(row.int(0).expect_err("NULL").kind(), Kind::Decode);
                Ok(row.opt_int(0)?.is_none() && row.opt_str(1)?.is_none() && row.opt_blob(2)?.is_none())
            })?;
            assert_eq!(nulls, [true]);
            assert_eq!(tx.exec("DELETE FROM shape", bind![])?, 3);
            Ok(())
        }).expect("written");
    }

    a_null_fits_a_parameter_of_any_type(database) {
        let store = database.open();
        static PARAMS: &[Value<'static>] = &[Value::Null];
        let row = first(&store, "SELECT $1::bigint", PARAMS, |row| row.opt_int(0));
        assert_eq!(row.expect("read"), None);
    }

    a_truth_is_a_number(database) {
        let store = database.open();
        let row = first(&store, "SELECT EXISTS (SELECT 1), 1 = 2", &[], |row| Ok((row.int(0)?, row.bool(1)?)));
        assert_eq!(row.expect("read"), (1, false));
    }

    json_text_is_understood(database) {
        let store = database.open();
        let sql = if store.engine() == deskbell_db::Engine::Sqlite {
            "SELECT sum(value) FROM json_each($1::json)"
        } else {
            "SELECT sum(value::bigint)::bigint FROM json_array_elements_text($1::json)"
        };
        let sum = store.read_blocking(Lane::Point, move |tx| tx.first(sql, bind!["[1,2,39]"], |row| row.int(0)));
        assert_eq!(sum.expect("read"), Some(42));
    }

    too_few_and_too_many_values_are_refused(database) {
        let store = database.open();
        static PARAMS: &[Value<'static>] = &[Value::Int(1), Value::Int(2)];
        for (sql, params) in [("SELECT $1::bigint", PARAMS), ("SELECT $1::bigint, $2::bigint", &PARAMS[..1])] {
            let refused = first(&store, sql, params, |row| row.int(0)).expect_err("another number of values");
            assert_eq!(refused.kind(), Kind::Engine);
        }
    }

    a_missing_column_is_a_decode_error(database) {
        let store = database.open();
        let failed = first(&store, "SELECT 1", &[], |row| row.int(3)).expect_err("no such column");
        assert_eq!(failed.kind(), Kind::Decode);
        assert!(failed.to_string().contains("column 3"), "{failed}");
    }

    errors_never_repeat_what_was_bound(database) {
        let store = database.open();
        let secret = "tr0ub4dor";
        let bad = [
            "INSERT INTO counter (id, n) VALUES (1, length($1::text))",
            "INSERT INTO nowhere (text) VALUES ($1)",
            "SELECT CAST(json_array_length($1::json) AS TEXT)",
        ];
        for sql in bad {
            let failed = write(&store, move |tx| tx.exec(sql, bind![secret])).expect_err("a bad statement");
            assert!(!format!("{failed} {failed:?}").contains(secret), "{failed:?}");
        }
        assert!(!format!("{:?}", Value::from(secret)).contains(secret));
    }
}
