//! The landing page.

use super::HealthState;
use crate::config::grouped;
use crate::report::metrics::Figures;
use maud::{DOCTYPE, Markup, html};

/// The style sheet. A file of its own, so that the page's policy need not allow styles inside it.
pub(super) const STYLE: &str = include_str!("style.css");

pub(super) fn page(figures: Figures, state: HealthState) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "mailgauge" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                main {
                    header {
                        h1 { "mailgauge" }
                        p.state.(state.name()) { (state.name()) }
                    }
                    p.lead {
                        "Measures every mail on its way through Postfix, so that a helpdesk can tell why a mail misbehaves "
                        "without ever opening a mailbox. It keeps numbers and names from closed lists, and no word of a mail."
                    }
                    dl {
                        div { dt { "mails measured" } dd { (grouped(figures.messages)) } }
                        div { dt { "with findings" } dd { (grouped(figures.with_findings)) } }
                        div { dt { "open sessions" } dd { (grouped(figures.sessions_open)) } }
                    }
                    nav {
                        a href="/metrics" { "Metrics" }
                        a href="/-/healthy" { "Healthy?" }
                        a href="/-/ready" { "Ready?" }
                    }
                    footer { "version " (env!("CARGO_PKG_VERSION")) " · figures since the start of the daemon" }
                }
            }
        }
    }
}
