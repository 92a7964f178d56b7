//! The JSON of a dashboard: Grafana's classic schema.

use super::{COLUMNS, Colour, Dashboard, Kind, Panel};
use serde_json::{Map, Value, json};

/// The version of the schema; Grafana 10.4 and later read it, and move it on to their own.
const SCHEMA: u32 = 39;

/// Where mailgauge's status page is, which says what findings mean; unless the variable is set otherwise.
const STATUS: &str = "http://127.0.0.1:10725";

/// Where the look-up page is, unless the variable is set otherwise.
const LOOK_UP: &str = "http://127.0.0.1:10726/";

/// The text of a dashboard's file.
pub(super) fn render(dashboard: &Dashboard) -> String {
    let value = json!({
        "annotations": { "list": [] },
        "description": dashboard.description,
        "editable": false,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "links": links(dashboard.uid),
        "panels": panels(dashboard),
        "refresh": "1m",
        "schemaVersion": SCHEMA,
        "tags": ["mailgauge", "mail"],
        "templating": { "list": variables() },
        "time": { "from": dashboard.from, "to": "now" },
        "timepicker": {},
        "timezone": "browser",
        "title": dashboard.title,
        "uid": dashboard.uid,
        "version": 1,
        "weekStart": "",
    });
    // INVARIANT: a value of JSON can be written.
    serde_json::to_string_pretty(&value).expect("JSON") + "\n"
}

/// To the other dashboards, with the same time and variables.
fn links(uid: &str) -> Vec<Value> {
    super::all()
        .iter()
        .filter(|other| other.uid != uid)
        .map(|other| {
            json!({
                "type": "link", "title": other.title, "url": format!("/d/{}", other.uid), "icon": "dashboard",
                "includeVars": true, "keepTime": true, "targetBlank": false, "asDropdown": false, "tags": [], "tooltip": other.description,
            })
        })
        .collect()
}

fn variables() -> Value {
    let query = |name: &str, label: &str, query: &str| {
        json!({
            "type": "query", "name": name, "label": label, "query": query, "definition": query, "datasource": datasource(),
            "multi": true, "includeAll": true, "allValue": ".+", "current": { "selected": true, "text": ["All"], "value": ["$__all"] },
            "refresh": 2, "sort": 1, "hide": 0, "options": [], "regex": "", "skipUrlSync": false,
        })
    };
    let text = |name: &str, label: &str, value: &str| {
        let option = json!({ "selected": true, "text": value, "value": value });
        json!({
            "type": "textbox", "name": name, "label": label, "query": value, "current": option, "options": [option], "hide": 0,
            "skipUrlSync": false,
        })
    };
    json!([
        {
            "type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "regex": "", "current": {},
            "hide": 0, "includeAll": false, "multi": false, "options": [], "refresh": 1, "skipUrlSync": false,
        },
        query("job", "Job", "label_values(mailgauge_build_info, job)"),
        query("instance", "Instance", "label_values(mailgauge_build_info{job=~\"$job\"}, instance)"),
        text("lookup", "Look-up page", LOOK_UP),
        text("status", "Status page", STATUS),
    ])
}

fn datasource() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

fn panels(dashboard: &Dashboard) -> Vec<Value> {
    let mut out = Vec::new();
    let (mut y, mut id) = (0, 0);
    for row in &dashboard.rows {
        id += 1;
        out.push(json!({
            "type": "row", "id": id, "title": row.title, "collapsed": false, "panels": [],
            "gridPos": { "x": 0, "y": y, "w": COLUMNS, "h": 1 },
        }));
        y += 1;
        let (mut x, mut height) = (0, 0);
        for panel in &row.panels {
            let (w, h) = panel.size;
            if x + w > COLUMNS {
                (x, y, height) = (0, y + height, 0);
            }
            id += 1;
            out.push(draw(panel, id, json!({ "x": x, "y": y, "w": w, "h": h })));
            (x, height) = (x + w, height.max(h));
        }
        y += height;
    }
    out
}

fn draw(panel: &Panel, id: u32, place: Value) -> Value {
    let mut value = json!({
        "id": id,
        "title": panel.title,
        "description": panel.description,
        "gridPos": place,
        "datasource": datasource(),
        "targets": targets(panel),
        "fieldConfig": { "defaults": defaults(panel), "overrides": overrides(panel) },
    });
    // INVARIANT: an object is an object.
    let object = value.as_object_mut().expect("an object");
    let (kind, options) = kind(panel);
    object.insert("type".into(), kind.into());
    object.insert("options".into(), options);
    if panel.kind == Kind::Findings {
        object.insert("transformations".into(), findings_transformations());
    }
    if panel.kind == Kind::Text {
        object.remove("targets");
        object.insert("description".into(), "Links to the look-up page and to the documents.".into());
    }
    value
}

fn targets(panel: &Panel) -> Vec<Value> {
    let format = match panel.kind {
        Kind::Heatmap => "heatmap",
        Kind::Findings | Kind::Table => "table",
        _ => "time_series",
    };
    panel
        .targets
        .iter()
        .enumerate()
        .map(|(index, target)| {
            json!({
                "refId": name_of(index),
                "datasource": datasource(),
                "editorMode": "code",
                "expr": target.expr,
                "legendFormat": target.legend,
                "instant": target.instant,
                "range": !target.instant,
                "format": format,
            })
        })
        .collect()
}

/// `A`, `B` ... `Z`, `AA`.
fn name_of(index: usize) -> String {
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    if index < 26 { letter(index).to_string() } else { format!("{}{}", letter(index / 26 - 1), letter(index)) }
}

fn defaults(panel: &Panel) -> Value {
    let calm = json!({ "color": colour(Colour::Calm), "value": null });
    let mut steps = vec![calm];
    steps.extend(panel.steps.iter().map(|(value, to)| json!({ "color": colour(*to), "value": value })));
    let mappings: Vec<Value> = panel
        .words
        .iter()
        .enumerate()
        .map(|(index, (value, text, to))| {
            let options = json!({ value.to_string(): { "text": text, "color": colour(*to), "index": index } });
            json!({ "type": "value", "options": options })
        })
        .collect();
    let mode = if panel.steps.is_empty() && panel.words.is_empty() { "palette-classic" } else { "thresholds" };
    let mut defaults = json!({
        "unit": panel.unit,
        "color": { "mode": mode },
        "mappings": mappings,
        "thresholds": { "mode": "absolute", "steps": steps },
        "noValue": "0",
    });
    if matches!(panel.kind, Kind::Lines | Kind::Stack) {
        let stack = panel.kind == Kind::Stack;
        defaults["min"] = json!(0);
        defaults["custom"] = json!({
            "drawStyle": "line", "lineWidth": 1, "fillOpacity": if stack { 70 } else { 8 }, "showPoints": "never", "spanNulls": false,
            "stacking": { "mode": if stack { "normal" } else { "none" }, "group": "A" },
        });
        defaults["color"] = json!({ "mode": "palette-classic" });
    }
    if panel.unit == "dateTimeFromNow" {
        defaults["noValue"] = json!("no data");
        // Seconds since the epoch have no zero to begin at.
        defaults.as_object_mut().map(|d: &mut Map<String, Value>| d.remove("min"));
    }
    if panel.unit == "percentunit" {
        defaults["decimals"] = json!(1);
    } else if panel.unit == "short" && matches!(panel.kind, Kind::Stat | Kind::Bars | Kind::Findings) {
        // `increase` estimates between two scrapes: a third of a mail is nobody's.
        defaults["decimals"] = json!(0);
    }
    defaults
}

fn colour(colour: Colour) -> &'static str {
    // Told apart in lightness by those who see no hue (after Okabe and Ito).
    match colour {
        Colour::Calm => "#7a8691",
        Colour::Good => "#009e73",
        Colour::Watch => "#e69f00",
        Colour::Act => "#d55e00",
    }
}

/// Fixed colours for levels, and what columns of tables are called.
fn overrides(panel: &Panel) -> Vec<Value> {
    let by_name = |name: &str, properties: Value| json!({ "matcher": { "id": "byName", "options": name }, "properties": properties });
    match panel.kind {
        Kind::Stack => [
            ("clean", "#c3ccd3"),
            ("info", "#a9b8c4"),
            ("notice", "#56b4e9"),
            ("warning", colour(Colour::Watch)),
            ("error", colour(Colour::Act)),
        ]
        .iter()
        .map(|(level, hex)| by_name(level, json!([{ "id": "color", "value": { "mode": "fixed", "fixedColor": hex } }])))
        .collect(),
        Kind::Findings => {
            let link = json!([{ "title": "What it means", "url": "${status}/findings#${__data.fields.id}", "targetBlank": true }]);
            vec![
                by_name("Finding", json!([{ "id": "links", "value": link }, { "id": "custom.width", "value": 330 }])),
                by_name("id", json!([{ "id": "custom.hidden", "value": true }])),
            ]
        }
        _ => Vec::new(),
    }
}

/// Mails and senders of a finding in one line, with the names that people read.
fn findings_transformations() -> Value {
    json!([
        { "id": "joinByField", "options": { "byField": "id", "mode": "outer" } },
        { "id": "filterByValue", "options": { "type": "include", "match": "all", "filters": [
            { "fieldName": "title", "config": { "id": "isNotNull", "options": {} } },
        ] } },
        { "id": "organize", "options": {
            "excludeByName": { "Time": true, "Time 1": true, "Time 2": true, "group": true },
            "indexByName": { "title": 0, "level": 1, "Value #A": 2, "Value #B": 3, "id": 4 },
            "renameByName": { "title": "Finding", "level": "Level", "Value #A": "Mails", "Value #B": "Senders, last hour" },
        } },
        { "id": "sortBy", "options": { "fields": {}, "sort": [{ "field": "Mails", "desc": true }] } },
    ])
}

/// Grafana's name for the kind of panel, and its options.
fn kind(panel: &Panel) -> (&'static str, Value) {
    let last = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
    match panel.kind {
        Kind::Stat => {
            let mode = if panel.words.is_empty() && panel.steps.is_empty() { "none" } else { "background" };
            // The name of a series, where there may be several.
            let named = panel.targets.iter().any(|target| target.legend.contains("{{"));
            let text = if named { "value_and_name" } else { "value" };
            (
                "stat",
                json!({
                    "reduceOptions": last, "colorMode": mode, "graphMode": "none", "justifyMode": "center", "orientation": "auto",
                    "textMode": text, "wideLayout": true,
                }),
            )
        }
        Kind::Lines | Kind::Stack => (
            "timeseries",
            json!({
                "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": [] },
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
        ),
        Kind::Bars => (
            "bargauge",
            json!({
                "reduceOptions": last, "displayMode": "basic", "orientation": "horizontal", "showUnfilled": true, "valueMode": "text",
                "namePlacement": "top", "minVizHeight": 16, "minVizWidth": 8, "maxVizHeight": 300, "sizing": "auto",
            }),
        ),
        Kind::Heatmap => (
            "heatmap",
            json!({
                "calculate": false, "cellGap": 1, "yAxis": { "axisPlacement": "left", "unit": panel.unit },
                "color": { "mode": "scheme", "scheme": "Blues", "steps": 64, "reverse": true, "exponent": 0.5, "fill": "dark-blue", "scale": "exponential" },
                "rowsFrame": { "layout": "auto" }, "filterValues": { "le": 1e-9 }, "legend": { "show": true }, "showValue": "never",
                "exemplars": { "color": "rgba(255,0,255,0.7)" }, "tooltip": { "mode": "single", "yHistogram": false, "showColorScale": false },
            }),
        ),
        Kind::Findings | Kind::Table => (
            "table",
            json!({ "showHeader": true, "cellHeight": "sm", "footer": { "show": false, "reducer": ["sum"], "countRows": false, "fields": "" } }),
        ),
        Kind::Text => (
            "text",
            json!({ "mode": "markdown", "content": panel.description, "code": { "language": "plaintext", "showLineNumbers": false, "showMiniMap": false } }),
        ),
    }
}
