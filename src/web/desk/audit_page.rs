//! The audit log, for auditors.

use super::show::time;
use super::words::Words;
use crate::store::Subject;
use crate::store::audit::{Deed, Entry, Row, Via};
use crate::store::desk::{Desk, Refusal, Worker};
use maud::{Markup, html};

/// Rows of a page.
const ROWS: i64 = 200;

/// Some rows of the log, the newest first.
pub(super) struct Sheet {
    rows: Vec<Row>,
    /// The row before which there are more.
    older: Option<i64>,
    /// There are newer ones.
    newer: bool,
}

/// Reads the rows before this number, the newest without one. That is written down first.
pub(super) fn read(desk: &Desk, worker: &Worker, before: Option<i64>, now: i64) -> Result<Sheet, Refusal> {
    desk.with_store(|store| {
        let ends = store.audit_ends().map_err(Refusal::Store)?;
        let last = ends.head.map_or(0, |head| head.link.seq);
        let first = ends.beginning.map_or(0, |beginning| beginning.link.seq) + 1;
        // At least the row before the first: then there is none.
        let until = before.map_or(last, |before| before.saturating_sub(1).clamp(first - 1, last));
        let from = (until - ROWS + 1).max(first);
        let count = usize::try_from(until - from + 1).unwrap_or(0);
        let mut rows = match count {
            0 => Vec::new(),
            count => store.audit_rows(from, count).map_err(Refusal::Store)?,
        };
        rows.reverse();
        let entry = Entry {
            time: now,
            worker: worker.name.clone(),
            role: worker.role,
            via: Via::Page,
            ticket: String::new(),
            deed: Deed::AuditRead,
            subject: Subject::Nothing,
            rows: rows.len() as u32,
        };
        desk.write_down(store, entry).map_err(Refusal::Audit)?;
        Ok(Sheet { older: (from > first && count > 0).then_some(from), newer: until < last, rows })
    })
}

/// The page of these rows.
pub(super) fn render(words: &Words, sheet: &Sheet) -> Markup {
    html! {
        div.audit #result {
            h1 #audit { (words.audit) }
            p.lead { (words.audit_lead) }
            p { (words.audit_verify) " " code { "mailgauge audit verify" } }
            @if sheet.rows.is_empty() {
                p { (words.audit_empty) }
            } @else {
                div.wide.card tabindex="0" role="region" aria-labelledby="audit" {
                    table {
                        thead {
                            tr {
                                th.number scope="col" { (words.row) }
                                th scope="col" { (words.time) }
                                th scope="col" { (words.worker) }
                                th scope="col" { (words.ticket) }
                                th scope="col" { (words.deed) }
                                th.number scope="col" { (words.rows) }
                                th scope="col" { (words.via) }
                                th scope="col" { (words.subject) }
                            }
                        }
                        tbody {
                            @for row in &sheet.rows {
                                tr {
                                    td.number { (row.seq) }
                                    td.time { (time(words, row.entry.time)) }
                                    td { (row.entry.worker) " " span.soft { (words.role(row.entry.role)) } }
                                    td { (row.entry.ticket) }
                                    td { (words.deed(row.entry.deed)) }
                                    td.number { (row.entry.rows) }
                                    td { (words.via(row.entry.via)) }
                                    td { @if !row.entry.subject.is_nothing() { code { (row.entry.subject) } } }
                                }
                            }
                        }
                    }
                }
            }
            nav.pages aria-label=(words.audit) {
                @if sheet.newer { a href="/audit" { (words.audit_newest) } }
                @if let Some(older) = sheet.older { a href={ "/audit?before=" (older) } { (words.audit_older) } }
            }
        }
    }
}
