//! Dashboards, rules and what they ask of Prometheus.

mod alerts;
mod dashboards;
mod linter;
mod live;
mod promql;
