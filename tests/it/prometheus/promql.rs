//! What a query asks for: its selectors with what is around them, and the labels of its answer.

use mailgauge::report::metrics::{declared, values_of};
use promql_parser::label::MatchOp;
use promql_parser::parser::{self, Expr, LabelModifier, VectorMatchCardinality, VectorSelector};
use std::collections::BTreeSet;
use std::time::Duration;

/// What stands for `$__rate_interval` while a query is parsed: no range that anybody would write.
pub const RATE_INTERVAL: Duration = Duration::from_millis(11_277_964);

/// Grafana's variables with values in their place.
pub fn substituted(expr: &str, rate_interval: &str, range: &str) -> String {
    expr.replace("$__rate_interval", rate_interval)
        .replace("$__range", range)
        .replace("$job", ".+")
        .replace("$instance", ".+")
}

/// Parses a query with Grafana's variables. `$job` and `$instance` stay, as regular expressions that are one.
pub fn parse(expr: &str) -> Result<Expr, String> {
    let expr = expr.replace("$__rate_interval", &format!("{}ms", RATE_INTERVAL.as_millis())).replace("$__range", "1d");
    parser::parse(&expr)
}

/// A selector, and the functions and ranges that it stands in.
pub struct Selected<'a> {
    pub selector: &'a VectorSelector,
    pub range: Option<Duration>,
    /// The function it is an argument of, directly.
    pub function: Option<&'static str>,
}

impl Selected<'_> {
    pub fn metric(&self) -> &str {
        self.selector.name.as_deref().unwrap_or_default()
    }

    pub fn has_matcher(&self, name: &str, value: &str) -> bool {
        let matchers = &self.selector.matchers.matchers;
        matchers.iter().any(|m| m.name == name && m.value == value && matches!(m.op, MatchOp::Re(_)))
    }
}

/// Every selector of a query.
pub fn selectors(expr: &Expr) -> Vec<Selected<'_>> {
    let mut found = Vec::new();
    walk(expr, None, &mut found);
    found
}

fn walk<'a>(expr: &'a Expr, function: Option<&'static str>, found: &mut Vec<Selected<'a>>) {
    match expr {
        Expr::VectorSelector(selector) => found.push(Selected { selector, range: None, function }),
        Expr::MatrixSelector(matrix) => {
            found.push(Selected { selector: &matrix.vs, range: Some(matrix.range), function });
        }
        Expr::Aggregate(aggregate) => {
            walk(&aggregate.expr, None, found);
            if let Some(param) = &aggregate.param {
                walk(param, None, found);
            }
        }
        Expr::Unary(unary) => walk(&unary.expr, None, found),
        Expr::Paren(paren) => walk(&paren.expr, function, found),
        Expr::Binary(binary) => {
            walk(&binary.lhs, None, found);
            walk(&binary.rhs, None, found);
        }
        Expr::Subquery(subquery) => walk(&subquery.expr, None, found),
        Expr::Call(call) => call.args.args.iter().for_each(|arg| walk(arg, Some(call.func.name), found)),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

type Labels = BTreeSet<String>;

/// The labels that the answer to a query can have.
pub fn labels_of(expr: &Expr) -> Labels {
    match expr {
        Expr::VectorSelector(selector) => labels_of_metric(selector.name.as_deref().unwrap_or_default()),
        Expr::MatrixSelector(matrix) => labels_of_metric(matrix.vs.name.as_deref().unwrap_or_default()),
        Expr::Paren(paren) => labels_of(&paren.expr),
        Expr::Unary(unary) => labels_of(&unary.expr),
        Expr::Subquery(subquery) => labels_of(&subquery.expr),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => Labels::new(),
        Expr::Aggregate(aggregate) => {
            let inner = labels_of(&aggregate.expr);
            let name = aggregate.op.to_string();
            match &aggregate.modifier {
                _ if matches!(name.as_str(), "topk" | "bottomk") => inner,
                None => Labels::new(),
                Some(LabelModifier::Include(labels)) => {
                    labels.labels.iter().filter(|l| inner.contains(*l)).cloned().collect()
                }
                Some(LabelModifier::Exclude(labels)) => {
                    inner.into_iter().filter(|l| !labels.labels.contains(l)).collect()
                }
            }
        }
        Expr::Binary(binary) => {
            let (mut left, right) = (labels_of(&binary.lhs), labels_of(&binary.rhs));
            match binary.modifier.as_ref().map(|modifier| &modifier.card) {
                Some(VectorMatchCardinality::ManyToOne(more)) => {
                    left.extend(more.labels.iter().filter(|label| right.contains(*label)).cloned());
                    left
                }
                Some(VectorMatchCardinality::ManyToMany) => left.union(&right).cloned().collect(),
                _ if left.is_empty() => right,
                _ => left,
            }
        }
        Expr::Call(call) => {
            let mut all: Labels = call.args.args.iter().flat_map(|arg| labels_of(arg)).collect();
            if call.func.name == "histogram_quantile" {
                all.remove("le");
            }
            if call.func.name == "absent" || call.func.name == "vector" {
                all.clear();
            }
            all
        }
    }
}

/// A declared metric by the name that a query has for it.
pub fn declared_name(name: &str) -> Option<&'static str> {
    let exact = declared().find(|metric| metric.name == name && metric.kind != "histogram");
    let part = |suffix: &str| {
        let base = name.strip_suffix(suffix)?;
        declared().find(|metric| metric.name == base && metric.kind == "histogram")
    };
    exact.or_else(|| part("_bucket")).or_else(|| part("_sum")).or_else(|| part("_count")).map(|metric| metric.name)
}

fn labels_of_metric(name: &str) -> Labels {
    let mut labels: Labels = ["job", "instance"].map(str::to_owned).into();
    if let Some(declared) = declared().find(|metric| Some(metric.name) == declared_name(name)) {
        labels.extend(declared.labels.iter().map(|label| (*label).to_owned()));
    }
    if name.ends_with("_bucket") {
        labels.insert("le".into());
    }
    labels
}

/// What is wrong with the names in a query: metrics, labels and values that are not declared. `others` are names of recording rules.
pub fn undeclared(expr: &Expr, others: &[String]) -> Vec<String> {
    let mut wrong = Vec::new();
    for selected in selectors(expr) {
        let metric = selected.metric();
        if metric == "up" || others.iter().any(|other| other == metric) {
            continue;
        }
        let Some(name) = declared_name(metric) else {
            wrong.push(format!("there is no metric {metric}"));
            continue;
        };
        for matcher in &selected.selector.matchers.matchers {
            let label = matcher.name.as_str();
            if matches!(label, "job" | "instance" | "le") {
                continue;
            }
            let Some(values) = values_of(name, label) else {
                wrong.push(format!("{metric} has no label {label}"));
                continue;
            };
            let meets = match &matcher.op {
                MatchOp::Equal | MatchOp::NotEqual => values.contains(&matcher.value.as_str()),
                MatchOp::Re(regex) | MatchOp::NotRe(regex) => values.iter().any(|value| regex.is_match(value)),
            };
            // Each part of an alternative must be a value, too.
            let parts_meet = matcher.value.contains(['.', '*', '+', '(', '['])
                || matcher.value.split('|').all(|part| values.contains(&part));
            if !meets || !parts_meet {
                wrong.push(format!("{metric} has no {label} {:?}", matcher.value));
            }
        }
    }
    wrong
}

/// The declared metrics that a query asks for.
pub fn metrics_of(expr: &Expr) -> BTreeSet<&'static str> {
    selectors(expr).iter().filter_map(|selected| declared_name(selected.metric())).collect()
}
