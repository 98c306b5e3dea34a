//! A good call of each operation, about things that were made for it.

use deskbell_core::Limit;
use serde_json::{Value, json};

use crate::harness::{Client, TestDesk};

/// What an operation is about, and so which limits hide it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum About {
    /// A ticket: hidden by brand and by group.
    Ticket,
    /// Something that was made for a brand and a group: hidden by both.
    Limited,
    /// Something of a brand: hidden by brand alone.
    OfBrand,
    /// A group or its members: hidden by group.
    OfGroup,
    /// Nothing that limits hide.
    Nothing,
}

/// A good call of an operation.
pub(super) struct Example {
    pub(super) about: About,
    pub(super) path: String,
    pub(super) body: Value,
}

/// Two brands and two groups; what examples name is in the first ones.
pub(super) struct World<'d> {
    pub(super) desk: &'d TestDesk,
    pub(super) admin: Client,
    pub(super) brands: [i64; 2],
    pub(super) groups: [i64; 2],
    pub(super) number: std::cell::Cell<u32>,
}

impl World<'_> {
    pub(super) fn fresh(&self) -> String {
        self.number.set(self.number.get() + 1);
        format!("n{}", self.number.get())
    }

    pub(super) fn made(&self, path: &str, name: &str, body: Value) -> i64 {
        self.admin.post(path, body).expect(200)[name].as_i64().expect("an id")
    }

    pub(super) fn ticket(&self) -> i64 {
        self.desk
            .ticket(json!({"brandID": self.brands[0], "assignedGroupID": self.groups[0], "title": "Matrix"}))
    }

    pub(super) fn customer(&self) -> (i64, String) {
        let external = self.fresh();
        let body = json!({"brand_id": self.brands[0], "primary_id": external, "firstname": "M",
            "channel_id": "email", "customer_link_channel": format!("{external}@mail.example")});
        (self.made("/customer", "customerID", body), external)
    }

    pub(super) fn user(&self) -> i64 {
        let login = self.fresh();
        let body = json!({"name": login, "firstname": "M", "lastname": "M", "email": format!("{login}@desk.example"),
            "groups": [self.groups[0]]});
        self.made("/user", "userID", body)
    }

    /// What a user of the first group is told of a ticket.
    pub(super) fn notification(&self) -> i64 {
        let user = self.user();
        self.admin.put(&format!("/ticket/{}", self.ticket()), json!({"assignedUserID": user})).expect(200);
        self.admin.get(&format!("/notification?userID={user}&markRead=false")).ids()[0]
    }

    /// A message that waits for its time.
    pub(super) fn scheduled(&self) -> i64 {
        let body = json!({"ticketID": self.ticket(), "type": 4, "message": "x", "sendAt": "2030-01-01"});
        self.made("/message", "messageID", body)
    }

    pub(super) fn view(&self) -> i64 {
        self.made("/view", "viewID", json!({"title": format!("View {}", self.fresh())}))
    }

    pub(super) fn webhook(&self) -> i64 {
        let body = json!({"url": "https://hook.example", "events": ["ticket.changed"], "brandIDs": [self.brands[0]],
            "groupIDs": [self.groups[0]]});
        self.made("/webhook", "webhookID", body)
    }

    /// A form of the first brand with one field, and both ids.
    pub(super) fn form(&self) -> (i64, i64) {
        let form = self.made("/form", "formID", json!({"title": "M", "brandIDs": [self.brands[0]]}));
        let field = json!({"form_id": form, "title": "M", "input_type": "text"});
        (form, self.made("/formfield", "formfieldID", field))
    }

    /// A ticket that has a form, and a field of it.
    fn filled(&self) -> (i64, i64) {
        let ((form, field), ticket) = (self.form(), self.ticket());
        self.admin.put(&format!("/ticket/{ticket}"), json!({"formID": form})).expect(200);
        (ticket, field)
    }

    /// A key that may do nothing: whoever lacks a permission does not change one that has it.
    pub(super) fn key(&self) -> i64 {
        let scope = (Limit::only([self.brands[0]]), Limit::only([self.groups[0]]));
        self.desk.limited_key("", scope.0, scope.1).id.0
    }

    /// A good call of the operation, about things made for it.
    pub(super) fn example(&self, operation: &str) -> Example {
        use About::{Limited, Nothing, OfBrand, OfGroup, Ticket};
        let none = || json!(null);
        let (about, path, body) = match operation {
            "ticketList" => (Nothing, "/ticket".into(), none()),
            "ticketCreate" => (Nothing, "/ticket".into(), json!({"title": "x"})),
            "ticketGet" => (Ticket, format!("/ticket/{}", self.ticket()), none()),
            "ticketChanges" => (Ticket, format!("/ticket/{}/changes", self.ticket()), none()),
            "ticketUpdate" => (Ticket, format!("/ticket/{}", self.ticket()), json!({"title": "New"})),
            "ticketDelete" => (Ticket, format!("/ticket/{}", self.ticket()), none()),
            "ticketDeleteMulti" => (Ticket, "/ticket/multi".into(), json!([self.ticket()])),
            "ticketSetStatus" => {
                (Ticket, "/ticket/setStatus".into(), json!({"status": "open", "ticketIDs": [self.ticket()]}))
            }
            "ticketSetPriority" => (
                Ticket,
                "/ticket/setPriority".into(),
                json!({"priority": "high", "ticketIDs": [self.ticket()]}),
            ),
            "ticketUnlinkCustomer" => {
                (Ticket, "/ticket/unlinkCustomerFromTicket".into(), json!({"ticketID": self.ticket()}))
            }
            "ticketBatch" => {
                let actions = json!([{"actionType": "setTitle", "value": "New"}]);
                (
                    Ticket,
                    "/ticket/batch".into(),
                    json!({"TicketIDs": self.ticket().to_string(), "actions": actions}),
                )
            }
            "ticketSolveUnfinished" => (Nothing, "/ticket/solveUnfinishedTickets".into(), none()),
            "ticketUndo" => (Nothing, "/ticket/undo".into(), json!({"batchID": "none"})),
            "jobList" => (Nothing, "/job".into(), none()),
            "jobGet" => (Nothing, "/job/999999".into(), none()),
            "jobResults" => (Nothing, "/job/999999/results".into(), none()),
            "jobCancel" => (Nothing, "/job/999999".into(), none()),
            "changesStream" => (Nothing, "/changes/stream".into(), none()),
            "changesList" => (Nothing, "/changes".into(), none()),
            "customerList" => (Nothing, "/customer".into(), none()),
            "customerCreate" => (Nothing, "/customer".into(), json!({"firstname": "M"})),
            "customerGet" => (OfBrand, format!("/customer/{}", self.customer().0), none()),
            "customerUpdate" => {
                (OfBrand, format!("/customer/{}", self.customer().0), json!({"firstname": "N"}))
            }
            "customerDelete" => (OfBrand, format!("/customer/{}", self.customer().0), none()),
            "customerUpdateByExternalID" => {
                let body = json!({"brandID": self.brands[0], "externalPrimaryID": self.customer().1, "firstname": "N"});
                (Nothing, "/customer/updateCustomer".into(), body)
            }
            "customerAddChannel" => {
                let body = json!({"brandID": self.brands[0], "externalPrimaryID": self.customer().1,
                    "extra_email": format!("{}@mail.example", self.fresh())});
                (Nothing, "/customer/addchannelonly".into(), body)
            }
            "customerRemoveChannel" => {
                let (id, external) = self.customer();
                let body = json!({"customerID": id, "channel_id": "email", "address": format!("{external}@mail.example")});
                (OfBrand, "/customer/itemChannel".into(), body)
            }
            "customerMerge" => {
                let body = json!({"customerID": self.customer().0, "duplicateID": self.customer().0});
                (Nothing, "/customer/merge".into(), body)
            }
            "customerPurge" => {
                (Nothing, "/customer/purgedata".into(), json!({"customerID": self.customer().0}))
            }
            "customerTimeline" => {
                let (brand, external) = (self.brands[0], self.customer().1);
                let path =
                    format!("/customer/timelineByCustomerExternalID?brand_id={brand}&external_id={external}");
                (OfBrand, path, none())
            }
            "customerSearchByExternalID" => {
                (Nothing, "/customer/searchByPrimaryExternalId".into(), json!({"externalPrimaryID": "none"}))
            }
            "brandList" => (Nothing, "/brand".into(), none()),
            "brandCreate" => (Nothing, "/brand".into(), json!({"name": self.fresh()})),
            "brandGet" => (OfBrand, format!("/brand/{}", self.brands[0]), none()),
            "brandUpdate" => {
                (OfBrand, format!("/brand/{}", self.brands[0]), json!({"signature": self.fresh()}))
            }
            "brandDelete" => (
                Nothing,
                format!("/brand/{}", self.made("/brand", "brandID", json!({"name": self.fresh()}))),
                none(),
            ),
            "groupList" => (Nothing, "/group".into(), none()),
            "groupCreate" => (Nothing, "/group".into(), json!({"name": self.fresh()})),
            "groupGet" => (OfGroup, format!("/group/{}", self.groups[0]), none()),
            "groupUpdate" => (OfGroup, format!("/group/{}", self.groups[0]), json!({"name": self.fresh()})),
            "groupDelete" => (
                Nothing,
                format!("/group/{}", self.made("/group", "groupID", json!({"name": self.fresh()}))),
                none(),
            ),
            "channelList" => (Nothing, "/channel".into(), none()),
            "channelCreate" => (Nothing, "/channel".into(), json!({"name": self.fresh()})),
            "channelGet" => (Nothing, "/channel/1".into(), none()),
            "channelUpdate" | "channelDelete" => {
                let id = self.made("/channel", "channelID", json!({"name": self.fresh()}));
                let body = if operation == "channelUpdate" { json!({"icon": "star"}) } else { none() };
                (Nothing, format!("/channel/{id}"), body)
            }
            "userList" => (Nothing, "/user".into(), none()),
            "userCreate" => {
                let login = self.fresh();
                let body = json!({"name": login, "firstname": "M", "lastname": "M", "email": format!("{login}@desk.example")});
                (Nothing, "/user".into(), body)
            }
            "userGet" => (OfGroup, format!("/user/{}", self.user()), none()),
            "userUpdate" => (OfGroup, format!("/user/{}", self.user()), json!({"firstname": "N"})),
            "userDelete" => (OfGroup, format!("/user/{}", self.user()), none()),
            "userViews" => (Nothing, format!("/user/getUserViews?userID={}", self.user()), none()),
            "userSettings" => (Nothing, format!("/user/settings?userID={}", self.user()), none()),
            "notificationList" => (Nothing, format!("/notification?userID={}", self.user()), none()),
            "notificationGet" => (Ticket, format!("/notification/{}", self.notification()), none()),
            "notificationSetIsRead" => {
                (Ticket, "/notification/setIsRead".into(), json!({"id": self.notification()}))
            }
            "messageCreate" => {
                (Ticket, "/message".into(), json!({"type": "0", "message": "x", "ticketID": self.ticket()}))
            }
            "fileCreate" => (Nothing, "/file".into(), json!({"contentBase64": "AA=="})),
            "fileGet" => {
                let file = self.made("/file", "fileID", json!({"contentBase64": "AA=="}));
                let body =
                    json!({"type": "0", "message": "x", "ticketID": self.ticket(), "attachments": [file]});
                self.made("/message", "messageID", body);
                (Ticket, format!("/file/{file}"), none())
            }
            "messageChatbot" => (Nothing, "/message/chatbot".into(), json!({"message": "x"})),
            "messageGet" => (Ticket, format!("/message/{}", self.scheduled()), none()),
            "messageDelete" => (Ticket, format!("/message/{}", self.scheduled()), none()),
            "tagList" => (Nothing, "/tag".into(), none()),
            "tagRename" => (Nothing, "/tag".into(), json!({"tag": "none has it", "to": "x"})),
            "viewList" => (Nothing, "/view".into(), none()),
            "viewCategories" => (Nothing, "/view/viewCategories".into(), none()),
            "viewCounts" => (Nothing, "/view/counts".into(), none()),
            "viewCreate" => (Nothing, "/view".into(), json!({"title": format!("View {}", self.fresh())})),
            "viewGet" | "viewDelete" => (Nothing, format!("/view/{}", self.view()), none()),
            "viewUpdate" => (Nothing, format!("/view/{}", self.view()), json!({"view_order_id": 3})),
            "webhookList" => (Nothing, "/webhook".into(), none()),
            "webhookCreate" => {
                let body = json!({"url": "https://hook.example", "events": ["ticket.changed"]});
                (Nothing, "/webhook".into(), body)
            }
            "webhookGet" | "webhookDelete" => (Limited, format!("/webhook/{}", self.webhook()), none()),
            "webhookUpdate" => (Limited, format!("/webhook/{}", self.webhook()), json!({"active": false})),
            "webhookTest" => (Limited, format!("/webhook/{}/test", self.webhook()), none()),
            "webhookRotate" => (Limited, format!("/webhook/{}/rotate", self.webhook()), none()),
            "webhookReplay" => {
                (Limited, format!("/webhook/{}/replay", self.webhook()), json!({"after": "0"}))
            }
            "webhookDeliveries" => (Limited, format!("/webhook/{}/delivery", self.webhook()), none()),
            "keyList" => (Nothing, "/key".into(), none()),
            "keyCreate" => {
                (Nothing, "/key".into(), json!({"name": self.fresh(), "permissions": ["SETTINGS_CRUD"]}))
            }
            "keyGet" | "keyDelete" => (Limited, format!("/key/{}", self.key()), none()),
            "keyUpdate" => (Limited, format!("/key/{}", self.key()), json!({"name": self.fresh()})),
            "keyRotate" => (Limited, format!("/key/{}/rotate", self.key()), none()),
            "formList" => (Nothing, "/form".into(), none()),
            "formCreate" => (Nothing, "/form".into(), json!({"title": "M"})),
            "formGet" | "formDelete" => (OfBrand, format!("/form/{}", self.form().0), none()),
            "formUpdate" => (OfBrand, format!("/form/{}", self.form().0), json!({"title": self.fresh()})),
            "formGetForTicket" => {
                (Ticket, "/form/getFormForTicket".into(), json!({"ticketID": self.filled().0}))
            }
            "formSaveFields" => {
                let (ticket, field) = self.filled();
                let body = json!({"fields": {field.to_string(): "x"}, "ticketID": ticket});
                (Ticket, "/form/saveFormFields".into(), body)
            }
            "formFieldList" => (Nothing, "/formfield".into(), none()),
            "formFieldCreate" => (
                OfBrand,
                "/formfield".into(),
                json!({"form_id": self.form().0, "title": "M", "input_type": "text"}),
            ),
            "formFieldGet" | "formFieldDelete" => (OfBrand, format!("/formfield/{}", self.form().1), none()),
            "formFieldUpdate" => {
                (OfBrand, format!("/formfield/{}", self.form().1), json!({"title": self.fresh()}))
            }
            unknown => panic!("the operation {unknown} has no example in the permission matrix"),
        };
        Example { about, path, body }
    }
}
