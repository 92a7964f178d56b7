//! What the table of metrics is made of.

use prometheus::core::Collector;
use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts};

/// One metric, as it is registered and documented.
pub(super) struct Declaration {
    pub name: &'static str,
    pub help: &'static str,
    pub unit: &'static str,
    pub labels: &'static [&'static str],
    /// Upper bounds of a histogram, each with its reason.
    pub buckets: &'static [(f64, &'static str)],
    pub kind: &'static str,
}

impl Declaration {
    fn opts(&self) -> Opts {
        Opts::new(self.name, self.help.trim())
    }
}

/// A kind of metric.
pub(super) trait Series: Collector + Clone + 'static {
    /// Prometheus' name for the kind.
    const KIND: &'static str;
    /// Makes one from its declaration.
    fn declare(declaration: &Declaration) -> prometheus::Result<Self>;
}

impl Series for IntCounter {
    const KIND: &'static str = "counter";
    fn declare(d: &Declaration) -> prometheus::Result<Self> {
        IntCounter::with_opts(d.opts())
    }
}

impl Series for IntCounterVec {
    const KIND: &'static str = "counter";
    fn declare(d: &Declaration) -> prometheus::Result<Self> {
        IntCounterVec::new(d.opts(), d.labels)
    }
}

impl Series for IntGauge {
    const KIND: &'static str = "gauge";
    fn declare(d: &Declaration) -> prometheus::Result<Self> {
        IntGauge::with_opts(d.opts())
    }
}

impl Series for IntGaugeVec {
    const KIND: &'static str = "gauge";
    fn declare(d: &Declaration) -> prometheus::Result<Self> {
        IntGaugeVec::new(d.opts(), d.labels)
    }
}

impl Series for Histogram {
    const KIND: &'static str = "histogram";
    fn declare(d: &Declaration) -> prometheus::Result<Self> {
        let buckets = d.buckets.iter().map(|b| b.0).collect();
        Histogram::with_opts(HistogramOpts::from(d.opts()).buckets(buckets))
    }
}
