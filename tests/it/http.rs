//! HTTP as the tests ask it: of this machine, and so by way of no proxy, whatever the environment says.

use ureq::http::Response;
use ureq::{Agent, Body};

/// Status, header fields and text of an answer.
pub type Whole = (u16, Vec<(String, String)>, String);

/// The answer to a GET; an error if it is none of success.
pub fn get(url: &str) -> Result<Response<Body>, ureq::Error> {
    Agent::new_with_config(Agent::config_builder().proxy(None).build()).get(url).call()
}

/// The answer to a GET, whatever its status.
pub fn get_whole(url: &str) -> Whole {
    whole(agent_for_any_status().get(url).call())
}

/// The same, or why there is none.
pub fn try_get_text(url: &str) -> Result<String, ureq::Error> {
    agent_for_any_status().get(url).call()?.body_mut().read_to_string()
}

/// The answer to a POST, whatever its status.
pub fn post(url: &str, kind: &str, headers: &[(&str, &str)], body: &str) -> Whole {
    let mut request = agent_for_any_status().post(url).header("content-type", kind);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    whole(request.send(body))
}

fn agent_for_any_status() -> Agent {
    Agent::new_with_config(Agent::config_builder().proxy(None).http_status_as_error(false).build())
}

fn whole(answer: Result<Response<Body>, ureq::Error>) -> Whole {
    let mut answer = answer.expect("an answer");
    let headers = answer.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
    (answer.status().as_u16(), headers, answer.body_mut().read_to_string().expect("a text"))
}
