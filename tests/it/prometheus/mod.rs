//! Dashboards, rules and what they ask of Prometheus.

mod dashboards;
mod linter;
mod live;
mod promql;
