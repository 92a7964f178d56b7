//! HTTP as the tests ask it: of this machine, and so by way of no proxy, whatever the environment says.

use ureq::http::Response;
use ureq::{Agent, Body};

/// The answer to a GET; an error if it is none of success.
pub fn get(url: &str) -> Result<Response<Body>, ureq::Error> {
    Agent::new_with_config(Agent::config_builder().proxy(None).build()).get(url).call()
}
