//! The endpoints of webhooks, as a test wants them: what they were told is kept, and they answer what the test says.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use deskbell_app::crm::InVain;
use deskbell_app::{Answered, Courier, Letter, Sending};
use serde_json::Value;

type Answer = Box<dyn Fn(&Letter) -> Option<u16> + Send>;
type Query = Vec<(&'static str, String)>;

/// How long who is asked for a customer takes, with `slow` in its address.
const SLOW: Duration = Duration::from_secs(20);

/// All endpoints of the world. Unless a test says otherwise they answer 204; those with `closed` in their address take none, and
/// those with `echo` repeat what they were told.
#[derive(Default)]
pub(crate) struct Endpoints {
    told: Mutex<Vec<Letter>>,
    answer: Mutex<Option<Answer>>,
    asked: Mutex<Vec<String>>,
    said: Mutex<Option<String>>,
    paused: std::sync::Arc<tokio::sync::Notify>,
}

impl Endpoints {
    /// From now on each letter is answered so; `None` is silence.
    pub(crate) fn answer(&self, answer: impl Fn(&Letter) -> Option<u16> + Send + 'static) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(answer));
    }

    /// From now on who is asked for a customer says this; `None` is silence, as it is in the beginning.
    pub(crate) fn say(&self, text: Option<&str>) {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = text.map(str::to_owned);
    }

    /// What they were asked since the last look: `url name=value …`.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until somebody is asked for; the question.
    pub(crate) fn wait_for_question(&self) -> String {
        loop {
            if let Some(asked) = self.take_asked().pop() {
                return asked;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Who was asked with `pause` in its address answers.
    pub(crate) fn go_on(&self) {
        self.paused.notify_one();
    }

    /// What they were told since the last look.
    pub(crate) fn take(&self) -> Vec<Letter> {
        std::mem::take(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same as `ticket type`, or the customer's number with a minus.
    pub(crate) fn take_events(&self) -> Vec<String> {
        let event = |letter: &Letter| {
            let body: Value = serde_json::from_str(&letter.body).expect("a body of JSON");
            let data = &body["data"];
            let ticket = data["ticket_id"].as_i64().or(data["customer_id"].as_i64().map(|id| -id));
            format!("{} {}", ticket.unwrap_or(0), body["type"].as_str().expect("a type"))
        };
        self.take().iter().map(event).collect()
    }
}

impl Courier for Endpoints {
    fn probe(&self, url: String) -> Sending<Result<(), String>> {
        let open = !url.contains("closed");
        Box::pin(
            async move { if open { Ok(()) } else { Err("The endpoint answered OPTIONS with 405.".into()) } },
        )
    }

    fn ask(&self, url: String, query: Query) -> Sending<Result<String, InVain>> {
        let (slow, pauses) = (url.contains("slow"), url.contains("pause"));
        let paused = std::sync::Arc::clone(&self.paused);
        let words = query.iter().map(|(name, value)| format!(" {name}={value}"));
        let asked = url + &words.collect::<String>();
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(async move {
            if slow {
                tokio::time::sleep(SLOW).await;
            }
            if pauses {
                paused.notified().await;
            }
            said.ok_or_else(|| InVain::Down("there was no answer within 3 s".to_owned()))
        })
    }

    fn deliver(&self, letter: Letter) -> Sending<Answered> {
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        let status = answer.as_ref().map_or(Some(204), |answer| answer(&letter));
        let said = if letter.url.contains("echo") { letter.body.clone() } else { "thanks".into() };
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        let problem = match status {
            Some(200..=299) => String::new(),
            Some(other) => format!("The endpoint answered {other}."),
            None => "The endpoint did not answer within 1 s.".into(),
        };
        Box::pin(async move { Answered { status, answer: said, took_ms: 3, problem } })
    }
}
