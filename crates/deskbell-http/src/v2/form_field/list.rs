//! GET /api/v2/formfield: a list of form fields. Rules live in `deskbell_app::form_field::list`.

use deskbell_app::{Desk, Lane, form_field};
use deskbell_core::Permission;

use super::view::FormFieldView;
use crate::v2::page;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("formFieldList", "/formfield")
        .tag("Form field")
        .summary("Returns the fields of forms, by id.")
        .description("Those of the forms that exist for the key. The total is exact.")
        .needs(Permission::FormRead)
        .fields(page::fields("Part of the title, without case."))
        .field(Field::several_ids("form_id").doc("Of these forms."))
        .list("FormField")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (forms, paging) = (call.params.ids("form_id").to_vec(), page::paging(&call.params));
    let read = call
        .state
        .read(Lane::List, &call.actor, move |tx, actor| form_field::list(tx, actor, &forms, &paging));
    let found = read.await?;
    let rows: Vec<FormFieldView<'_>> = found.items.iter().map(FormFieldView::of).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
