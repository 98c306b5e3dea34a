//! A brand as answers show it.

use deskbell_app::brand::Brand;
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::Time;

/// A brand as JSON.
#[derive(Serialize)]
pub(super) struct BrandView<'a> {
    id: i64,
    name: &'a str,
    country: &'a str,
    time_zone: &'a str,
    language: &'a str,
    crm_sync_url: &'a str,
    signature: &'a str,
    business_hours: &'a str,
    created_at: Time,
    last_update: Time,
    version: i64,
}

impl<'a> BrandView<'a> {
    pub(super) fn of(brand: &'a Brand) -> Self {
        Self {
            id: brand.id.0,
            name: &brand.name,
            country: &brand.country,
            time_zone: &brand.time_zone,
            language: &brand.language,
            crm_sync_url: &brand.crm_sync_url,
            signature: &brand.signature,
            business_hours: &brand.business_hours,
            created_at: Time(brand.created_at),
            last_update: Time(brand.last_update),
            version: brand.version.0,
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer", "minimum": 1});
    let brand = object(json!({
        "id": number(), "name": text(), "country": text(), "time_zone": text(), "language": text(),
        "crm_sync_url": text(), "signature": text(), "business_hours": text(), "created_at": text(),
        "last_update": text(), "version": number(),
    }));
    vec![("Brand", brand)]
}
