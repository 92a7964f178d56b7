//! The rules of Grafana's dashboard-linter, over the JSON as Grafana gets it. Each gives what is wrong; nothing is a pass.

use super::promql::{RATE_INTERVAL, parse, selectors};
use serde_json::Value;

/// A rule: its name there, and what it finds wrong.
pub type Rule = (&'static str, fn(&Value) -> Vec<String>);

pub const RULES: &[Rule] = &[
    ("template-datasource-rule", template_datasource),
    ("template-job-rule", |dashboard| template(dashboard, "job", "Job")),
    ("template-instance-rule", |dashboard| template(dashboard, "instance", "Instance")),
    ("template-label-promql-rule", template_label_promql),
    ("template-on-time-change-reload-rule", template_reload),
    ("panel-datasource-rule", panel_datasource),
    ("panel-title-description-rule", panel_title_description),
    ("panel-units-rule", panel_units),
    ("panel-no-targets-rule", panel_no_targets),
    ("target-promql-rule", target_promql),
    ("target-rate-interval-rule", target_rate_interval),
    ("target-job-rule", |dashboard| target_matcher(dashboard, "job")),
    ("target-instance-rule", |dashboard| target_matcher(dashboard, "instance")),
    ("target-counter-agg-rule", target_counter_agg),
    ("uneditable-dashboard", uneditable),
];

/// Units that Grafana knows, as far as the dashboards may use them.
const UNITS: &[&str] = &[
    "none",
    "short",
    "percent",
    "percentunit",
    "bytes",
    "decbytes",
    "binBps",
    "Bps",
    "dateTimeAsIso",
    "dateTimeFromNow",
    "s",
    "ms",
    "cpm",
    "cps",
    "ops",
    "bool_yes_no",
];

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

fn variables(dashboard: &Value) -> impl Iterator<Item = &Value> {
    list(dashboard, "/templating/list")
}

/// Panels with data, those of rows included.
pub fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    list(dashboard, "/panels")
        .flat_map(|panel| std::iter::once(panel).chain(list(panel, "/panels")))
        .filter(|panel| !matches!(text(panel, "/type"), "row" | "text"))
}

/// Each query, with the title of its panel.
pub fn targets(dashboard: &Value) -> impl Iterator<Item = (&str, &Value)> {
    panels(dashboard).flat_map(|panel| list(panel, "/targets").map(|target| (text(panel, "/title"), target)))
}

fn template_datasource(dashboard: &Value) -> Vec<String> {
    let found: Vec<_> = variables(dashboard).filter(|v| text(v, "/type") == "datasource").collect();
    match found[..] {
        [one]
            if matches!(text(one, "/name"), "datasource" | "prometheus_datasource")
                && matches!(text(one, "/label"), "Data source" | "Prometheus data source")
                && text(one, "/query") == "prometheus" =>
        {
            Vec::new()
        }
        _ => vec![format!("one templated data source is wanted: {found:?}")],
    }
}

fn template(dashboard: &Value, name: &str, label: &str) -> Vec<String> {
    let Some(found) = variables(dashboard).find(|v| text(v, "/name") == name) else {
        return vec![format!("no variable {name}")];
    };
    let mut wrong = Vec::new();
    if !matches!(text(found, "/datasource/uid"), "$datasource" | "${datasource}") {
        wrong.push(format!("{name} does not use the templated data source"));
    }
    if text(found, "/type") != "query" {
        wrong.push(format!("{name} is no query"));
    }
    if text(found, "/label") != label {
        wrong.push(format!("{name} is labelled {:?}", text(found, "/label")));
    }
    if found["multi"] != true {
        wrong.push(format!("{name} takes one value only"));
    }
    if found["allValue"] != ".+" {
        wrong.push(format!("{name} has all value {}", found["allValue"]));
    }
    wrong
}

fn template_label_promql(dashboard: &Value) -> Vec<String> {
    let queries = variables(dashboard).filter(|v| text(v, "/type") == "query").map(|v| text(v, "/query"));
    queries
        .filter(|query| {
            let inside = query.strip_prefix("label_values(").and_then(|rest| rest.strip_suffix(')'));
            // The selector, and the label behind the last comma.
            let selector = inside.and_then(|inside| inside.rsplit_once(',')).map(|(selector, _)| selector);
            selector.is_none_or(|selector| parse(selector).is_err())
        })
        .map(|query| format!("not a query for values of a label: {query}"))
        .collect()
}

fn template_reload(dashboard: &Value) -> Vec<String> {
    let stale = variables(dashboard).filter(|v| text(v, "/type") == "query" && v["refresh"] != 2);
    stale.map(|v| format!("{} is not read again when the time changes", v["name"])).collect()
}

fn panel_datasource(dashboard: &Value) -> Vec<String> {
    let fixed = panels(dashboard).filter(|p| !matches!(text(p, "/datasource/uid"), "$datasource" | "${datasource}"));
    fixed.map(|p| format!("{} has a data source of its own", p["title"])).collect()
}

fn panel_title_description(dashboard: &Value) -> Vec<String> {
    let bare = panels(dashboard).filter(|p| text(p, "/title").is_empty() || text(p, "/description").is_empty());
    bare.map(|p| format!("panel {} {} lacks title or description", p["id"], p["title"])).collect()
}

fn panel_units(dashboard: &Value) -> Vec<String> {
    let without = panels(dashboard).filter(|p| {
        matches!(text(p, "/type"), "stat" | "singlestat" | "graph" | "table" | "timeseries" | "gauge" | "bargauge")
            && !UNITS.contains(&text(p, "/fieldConfig/defaults/unit"))
    });
    without.map(|p| format!("{} has no unit", p["title"])).collect()
}

fn panel_no_targets(dashboard: &Value) -> Vec<String> {
    panels(dashboard)
        .filter(|p| list(p, "/targets").count() == 0)
        .map(|p| format!("{} asks nothing", p["title"]))
        .collect()
}

fn target_promql(dashboard: &Value) -> Vec<String> {
    let parsed = targets(dashboard).filter_map(|(panel, target)| Some((panel, parse(text(target, "/expr")).err()?)));
    parsed.map(|(panel, error)| format!("{panel}: {error}")).collect()
}

/// For each selector of each query, what a rule says against it.
fn each_selector(dashboard: &Value, wrong: impl Fn(&super::promql::Selected<'_>) -> bool, why: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (panel, target) in targets(dashboard) {
        let Ok(expr) = parse(text(target, "/expr")) else { continue };
        for selected in selectors(&expr).iter().filter(|selected| wrong(selected)) {
            found.push(format!("{panel}: {} {why}", selected.metric()));
        }
    }
    found
}

fn target_rate_interval(dashboard: &Value) -> Vec<String> {
    let other = |selected: &super::promql::Selected<'_>| {
        matches!(selected.function, Some("rate" | "irate"))
            && selected.range.is_some_and(|range| range != RATE_INTERVAL)
    };
    each_selector(dashboard, other, "has a rate over something else than $__rate_interval")
}

fn target_matcher(dashboard: &Value, label: &str) -> Vec<String> {
    let value = format!("${label}");
    each_selector(dashboard, |selected| !selected.has_matcher(label, &value), &format!("is not narrowed by {label}"))
}

fn target_counter_agg(dashboard: &Value) -> Vec<String> {
    let bare = |selected: &super::promql::Selected<'_>| {
        selected.metric().ends_with("_total")
            && !(selected.range.is_some() && matches!(selected.function, Some("rate" | "irate" | "increase")))
    };
    each_selector(dashboard, bare, "is a counter outside of rate, irate and increase")
}

fn uneditable(dashboard: &Value) -> Vec<String> {
    if dashboard["editable"] == false { Vec::new() } else { vec!["it can be edited".into()] }
}
