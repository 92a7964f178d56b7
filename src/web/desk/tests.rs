//! The page and the API over real sockets.

mod fixture;
mod hostile;

use super::*;
use fixture::{Answered, Site, record};

/// `mailgauge` in the form's first field.
fn token_of(page: &str) -> String {
    let at = page.find("name=\"token\" value=\"").expect("a form") + 20;
    page[at..at + 64].to_owned()
}

/// Serves example data until it is ended: `cargo test --lib web::desk::tests::serve_for_a_look -- --ignored`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves until it is ended"]
async fn serve_for_a_look() {
    let address = std::env::var("LOOK_AT").unwrap_or_else(|_| "127.0.0.1:10726".into());
    let mut access = Access::default();
    if std::env::var_os("LOOK_AS_PROXY").is_some() {
        access.proxies = vec!["127.0.0.0/8".parse().unwrap()];
    }
    let site = Site::start_at(&address, access, fixture::examples()).await;
    println!("http://{}", site.address);
    std::future::pending::<()>().await;
}
