//! How the desk reaches endpoints of others: its letters become signed requests of the guarded client.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use deskbell_app::crm::InVain;
use deskbell_app::{Answered, Courier, Letter, Sending};
use deskbell_out::{Answer, Client, Failure, Method, Options, Request, check_url, sign};

use crate::config::Config;

/// How long an endpoint may take with a delivery, all in all, with the question whether it takes any, and with who is in contact.
const DELIVERY: Duration = Duration::from_secs(1);
const PROBE: Duration = Duration::from_secs(5);
const LOOKUP: Duration = Duration::from_secs(3);

/// Bytes of an answer that are read.
const KEEP: usize = 4_096;

/// Sends letters.
pub(crate) struct Out {
    allow_private: bool,
    /// Made when it is first needed: the certificate authorities of the system take a while to read.
    client: OnceLock<Client>,
}

impl Out {
    /// As configured.
    pub(crate) fn new(config: &Config) -> Arc<Self> {
        Arc::new(Self { allow_private: config.flag("webhook_allow_private"), client: OnceLock::new() })
    }

    fn client(&self) -> Result<Client, String> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let options = Options { allow_private: self.allow_private, ..Options::default() };
        let made = Client::new(&options).map_err(|failure| failure.to_string())?;
        Ok(self.client.get_or_init(|| made).clone())
    }

    fn request(&self, method: Method, url: &str, limit: Duration) -> Result<Request, String> {
        let target = check_url(url, self.allow_private)?;
        Ok(Request { method, target, headers: Vec::new(), body: Vec::new(), limit, keep: KEEP })
    }
}

impl Courier for Out {
    fn probe(&self, url: String) -> Sending<Result<(), String>> {
        let (client, request) = (self.client(), self.request(Method::Options, &url, PROBE));
        Box::pin(async move {
            let answer = client?.send(request?).await.map_err(|failure| failure.to_string())?;
            takes_deliveries(&answer)
        })
    }

    fn ask(&self, url: String, query: Vec<(&'static str, String)>) -> Sending<Result<String, InVain>> {
        let request = self.request(Method::Get, &with_query(&url, &query), LOOKUP);
        let client = self.client();
        Box::pin(async move {
            let request = Request { keep: deskbell_out::KEEP, ..request.map_err(InVain::Down)? };
            let sent = client.map_err(InVain::Down)?.send(request).await;
            said(sent.map_err(|failure| InVain::Down(failure.to_string()))?)
        })
    }

    fn deliver(&self, letter: Letter) -> Sending<Answered> {
        let (client, request) = (self.client(), self.request(Method::Post, &letter.url, DELIVERY));
        Box::pin(async move {
            let began = Instant::now();
            let sent = match (client, request) {
                (Ok(client), Ok(request)) => client.send(signed(request, &letter)).await,
                (Err(why), _) | (_, Err(why)) => Err(Failure::Refused(why)),
            };
            let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
            match sent {
                Ok(answer) => Answered {
                    status: Some(answer.status),
                    answer: String::from_utf8_lossy(&answer.body).into_owned(),
                    took_ms,
                    problem: problem(answer.status),
                },
                Err(failure) => {
                    Answered { status: None, answer: String::new(), took_ms, problem: failure.to_string() }
                }
            }
        })
    }
}

/// What a place that keeps customers said. A 4xx is about what was asked, but those of too many and too slow requests.
fn said(answer: Answer) -> Result<String, InVain> {
    match answer.status {
        200..=299 if answer.cut => {
            let why = format!("the answer is longer than {} bytes, or broke off", deskbell_out::KEEP);
            Err(InVain::Answer(why))
        }
        200..=299 => {
            String::from_utf8(answer.body).map_err(|_| InVain::Answer("the answer is no UTF-8".to_owned()))
        }
        status @ 400..=499 if !matches!(status, 408 | 429) => {
            Err(InVain::Answer(format!("it answered {status}")))
        }
        status => Err(InVain::Down(format!("it answered {status}"))),
    }
}

/// An address with further parameters.
fn with_query(url: &str, query: &[(&'static str, String)]) -> String {
    let more = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{more}")
}

/// What an endpoint must answer to OPTIONS.
fn takes_deliveries(answer: &Answer) -> Result<(), String> {
    let status = answer.status;
    if !matches!(status, 200 | 204) {
        return Err(format!("The endpoint answered OPTIONS with {status}; it must be 200 or 204."));
    }
    let allowed = answer.headers.iter().filter(|(name, _)| name == "allow");
    let mut methods = allowed.flat_map(|(_, value)| value.split(','));
    if methods.any(|method| method.trim() == "POST") {
        return Ok(());
    }
    Err("The endpoint answered OPTIONS without an Allow header that holds POST.".into())
}

fn signed(mut request: Request, letter: &Letter) -> Request {
    let secrets: Vec<sign::Secret> =
        letter.secrets.iter().filter_map(|secret| sign::Secret::new(secret.bytes()).ok()).collect();
    let secrets: Vec<&sign::Secret> = secrets.iter().collect();
    let body = letter.body.clone().into_bytes();
    let header = |name: &str, value: String| (name.to_owned(), value);
    request.headers = vec![
        header("content-type", "application/json".into()),
        header(sign::ID, letter.id.clone()),
        header(sign::TIMESTAMP, letter.at.0.to_string()),
        header(sign::SIGNATURE, sign::signature_header(&secrets, &letter.id, letter.at.0, &body)),
    ];
    if letter.again {
        request.headers.push(header("webhook-replay", "true".into()));
    }
    request.body = body;
    request
}

/// What is wrong with the status of an answer; empty if it was taken.
fn problem(status: u16) -> String {
    match status {
        200..=299 => String::new(),
        300..=399 => format!("The endpoint answered {status}; redirects are not followed."),
        _ => format!("The endpoint answered {status}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, allow: &[&str]) -> Answer {
        let headers = allow.iter().map(|value| ("allow".to_owned(), (*value).to_owned())).collect();
        Answer { status, headers, body: Vec::new(), cut: false, took: Duration::ZERO }
    }

    #[test]
    fn an_endpoint_must_say_that_it_takes_posts() {
        for good in
            [answer(200, &["POST"]), answer(204, &["OPTIONS, POST"]), answer(200, &["GET", "PUT,POST"])]
        {
            assert_eq!(takes_deliveries(&good), Ok(()));
        }
        for bad in
            [answer(200, &[]), answer(200, &["GET, POSTS"]), answer(405, &["POST"]), answer(301, &["POST"])]
        {
            assert!(takes_deliveries(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_asked_is_added_to_an_address_with_its_signs_escaped() {
        let query = [("address", "a+b@x.example".to_owned()), ("ticketID", "7".to_owned())];
        let more = "address=a%2Bb%40x.example&ticketID=7";
        assert_eq!(
            with_query("https://crm.example/find", &query),
            format!("https://crm.example/find?{more}")
        );
        assert_eq!(with_query("https://crm.example?k=v", &query), format!("https://crm.example?k=v&{more}"));
    }

    #[test]
    fn a_place_must_answer_whole_and_in_text() {
        let body = |body: &[u8], cut| Answer { body: body.to_vec(), cut, ..answer(200, &[]) };
        assert_eq!(said(body(b"[]", false)), Ok("[]".to_owned()));
        for bad in [body(b"[", true), body(b"\xff", false), answer(400, &[]), answer(404, &[])] {
            assert!(matches!(said(bad.clone()), Err(InVain::Answer(_))), "{bad:?}");
        }
        for status in [302, 408, 429, 500, 503] {
            assert!(matches!(said(answer(status, &[])), Err(InVain::Down(_))), "{status}");
        }
    }

    #[test]
    fn only_a_2xx_is_taken() {
        assert_eq!((problem(200), problem(204)), (String::new(), String::new()));
        for status in [100, 301, 400, 410, 500, 503] {
            assert!(problem(status).contains(&status.to_string()));
        }
    }
}
