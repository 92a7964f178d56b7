// Draws the panels of a dashboard from the answers of a real Prometheus, in the dashboard's own layout: for a look at what a person
// would see. It is not Grafana, and says so in the picture.
//
// usage: node panels.js PROMETHEUS DASHBOARD.json PICTURE.png [SECONDS]
import { chromium } from 'playwright-core'
import { readFileSync } from 'node:fs'

const [prometheus, file, picture, seconds = '600'] = process.argv.slice(2)
const dashboard = JSON.parse(readFileSync(file, 'utf8'))
const end = Math.floor(Date.now() / 1000)
const start = end - Number(seconds)
const step = Math.max(1, Math.ceil(Number(seconds) / 240))
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#7a8691', '#9a6a00']
const escape = text => String(text).replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])

async function ask (target) {
  const query = target.expr.replaceAll('$__rate_interval', `${4 * Math.max(step, 5)}s`).replaceAll('$__range', `${seconds}s`)
    .replaceAll('$job', '.+').replaceAll('$instance', '.+')
  const range = target.instant ? { time: end } : { start, end, step }
  const path = target.instant ? 'query' : 'query_range'
  const answer = await fetch(`${prometheus}/api/v1/${path}?${new URLSearchParams({ query, ...range })}`)
  const body = await answer.json()
  if (body.status !== 'success') throw new Error(`${target.expr}: ${body.error}`)
  return body.data.result.map(series => ({
    name: target.legendFormat.replace(/{{(\w+)}}/g, (_, label) => series.metric[label] ?? ''),
    labels: series.metric,
    values: (series.values ?? [series.value]).map(([time, value]) => [time, Number(value)])
  }))
}

/** A value in a unit of Grafana's. */
function shown (value, unit) {
  if (!Number.isFinite(value)) return 'no data'
  const scaled = (base, names) => {
    let power = 0
    while (Math.abs(value) >= base && power < names.length - 1) { value /= base; power++ }
    return `${Number(value.toPrecision(3))} ${names[power]}`.trim()
  }
  switch (unit) {
    case 'percentunit': return `${(100 * value).toFixed(1)}%`
    case 'decbytes': return scaled(1000, ['B', 'kB', 'MB', 'GB'])
    case 'bytes': return scaled(1024, ['B', 'KiB', 'MiB', 'GiB'])
    case 'binBps': return scaled(1024, ['B/s', 'KiB/s', 'MiB/s', 'GiB/s'])
    case 's': return value < 1e-3 ? `${(1e6 * value).toFixed(0)} µs` : value < 1 ? `${(1e3 * value).toFixed(1)} ms` : `${value.toFixed(1)} s`
    case 'dateTimeFromNow': {
      const days = (value / 1000 - end) / 86400
      return Math.abs(days) < 0.1 ? `${Math.round(days * 1440)} minutes from now` : `${days.toFixed(1)} days from now`
    }
    case 'cpm': return `${Number(value.toPrecision(3))}/min`
    default: return String(Math.abs(value) >= 10 ? Math.round(value) : Number(value.toFixed(unit === 'short' ? 0 : 2)))
  }
}

function colourOf (panel, value) {
  const { thresholds, mappings } = panel.fieldConfig.defaults
  const mapped = mappings.map(mapping => mapping.options[String(value)]).find(Boolean)
  if (mapped) return mapped.color
  return thresholds.steps.filter(step => step.value === null || value >= step.value).at(-1).color
}

function stat (panel, series) {
  const { unit, mappings } = panel.fieldConfig.defaults
  const several = series.length > 1
  return series.map(one => {
    const value = one.values.at(-1)[1]
    const text = mappings.map(mapping => mapping.options[String(value)]?.text).find(Boolean) ?? shown(value, unit)
    const style = panel.options.colorMode === 'background' ? `background:${colourOf(panel, value)};color:#fff` : ''
    return `<div class="stat" style="${style}"><b>${escape(text)}</b>${several ? `<small>${escape(one.name)}</small>` : ''}</div>`
  }).join('') || '<div class="stat"><b>no data</b></div>'
}

function lines (panel, series, width, height) {
  const stacked = panel.fieldConfig.defaults.custom?.stacking?.mode === 'normal'
  const fixed = name => panel.fieldConfig.overrides.find(o => o.matcher.options === name)?.properties[0].value.fixedColor
  const times = [...new Set(series.flatMap(one => one.values.map(([time]) => time)))].sort((a, b) => a - b)
  const base = new Map(times.map(time => [time, 0]))
  const drawn = series.map((one, index) => {
    const points = one.values.filter(([, value]) => Number.isFinite(value)).map(([time, value]) => {
      const from = stacked ? base.get(time) : 0
      if (stacked) base.set(time, from + value)
      return [time, from, from + value]
    })
    return { name: one.name, colour: fixed(one.name) ?? COLOURS[index % COLOURS.length], points }
  })
  const most = Math.max(...drawn.flatMap(one => one.points.map(([, , top]) => top)), 0) || 1
  const x = time => 46 + (width - 56) * (time - start) / (end - start)
  const y = value => 8 + (height - 52) * (1 - value / most)
  const path = drawn.map(({ colour, points }) => {
    const top = points.map(([time, , value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`)
    const bottom = points.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).reverse()
    return (stacked ? `<polygon points="${[...top, ...bottom].join(' ')}" fill="${colour}" fill-opacity=".75"/>` : '') +
      `<polyline points="${top.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`
  }).join('')
  const unit = panel.fieldConfig.defaults.unit
  const marks = [0, 0.5, 1].map(part => `<line x1="46" x2="${width - 10}" y1="${y(part * most)}" y2="${y(part * most)}" stroke="#ddd"/>` +
    `<text x="42" y="${y(part * most) + 4}" text-anchor="end">${escape(shown(part * most, unit))}</text>`).join('')
  const clock = [0, 0.5, 1].map(part => `<text x="${x(start + part * (end - start))}" y="${height - 32}" text-anchor="middle">` +
    `${new Date(1000 * (start + part * (end - start))).toTimeString().slice(0, 5)}</text>`).join('')
  const legend = drawn.map(one => `<span><i style="background:${one.colour}"></i>${escape(one.name)}</span>`).join(' ')
  return `<svg width="${width}" height="${height - 26}">${marks}${path}${clock}</svg><p class="legend">${legend || 'no data'}</p>`
}

function bars (panel, series) {
  const values = series.map(one => ({ name: one.name, value: one.values.at(-1)[1] })).filter(one => Number.isFinite(one.value))
  const most = Math.max(1e-12, ...values.map(one => one.value))
  return '<div class="bars">' + values.map(({ name, value }) => `<p>${escape(name)}<b>${escape(shown(value, panel.fieldConfig.defaults.unit))}</b></p>` +
    `<div><i style="width:${100 * Math.max(0, value) / most}%;background:${colourOf(panel, value)}"></i></div>`).join('') + (values.length ? '' : 'no data') + '</div>'
}

function heatmap (panel, series, width, height) {
  // Buckets are cumulative: what is in one is what the bucket below it has not.
  const sorted = series.map(one => ({ bound: one.labels.le === '+Inf' ? Infinity : Number(one.labels.le), values: new Map(one.values) }))
    .sort((a, b) => a.bound - b.bound)
  const times = [...new Set(series.flatMap(one => one.values.map(([time]) => time)))]
  const cells = sorted.flatMap((row, index) => times.map(time => [time, index, Math.max(0, (row.values.get(time) ?? 0) - (sorted[index - 1]?.values.get(time) ?? 0))]))
  const most = Math.max(1e-12, ...cells.map(cell => cell[2]))
  const [w, h] = [(width - 80) / Math.max(1, times.length), (height - 40) / sorted.length]
  const x = time => 70 + (width - 80) * (time - start) / (end - start)
  const drawn = cells.filter(cell => cell[2] > 1e-9).map(([time, index, value]) =>
    `<rect x="${x(time) - w}" y="${8 + h * (sorted.length - 1 - index)}" width="${w + 0.6}" height="${h - 1}" fill="#0b559f" fill-opacity="${0.15 + 0.85 * Math.sqrt(value / most)}"/>`)
  const names = sorted.map((row, index) => `<text x="64" y="${8 + h * (sorted.length - index) - h / 2 + 4}" text-anchor="end">${Number.isFinite(row.bound) ? shown(row.bound, 'decbytes') : 'more'}</text>`)
  return `<svg width="${width}" height="${height}">${drawn.join('')}${names.join('')}</svg>`
}

function table (panel, answers) {
  if (answers.length === 1) return `<table>${answers[0].map(one => `<tr><td>${escape(one.name)}</td></tr>`).join('')}</table>`
  const [mails, senders] = answers
  const from = new Map(senders.map(one => [one.labels.id, one.values.at(-1)[1]]))
  const rows = mails.map(one => ({ ...one.labels, mails: one.values.at(-1)[1], senders: from.get(one.labels.id) ?? 0 })).sort((a, b) => b.mails - a.mails)
  return '<table><tr><th>Finding<th>Level<th>Mails<th>Senders, last hour</tr>' + rows.map(row =>
    `<tr><td><u>${escape(row.title)}</u><td>${row.level}<td>${shown(row.mails, 'short')}<td>${row.senders}</tr>`).join('') + '</table>'
}

const CELL = [50, 36]
let html = ''
for (const panel of dashboard.panels) {
  const { x, y, w, h } = panel.gridPos
  const place = `left:${x * CELL[0]}px;top:${y * CELL[1]}px;width:${w * CELL[0] - 8}px;height:${h * CELL[1] - 8}px`
  if (panel.type === 'row') {
    html += `<h2 style="${place}">${escape(panel.title)}</h2>`
    continue
  }
  const answers = await Promise.all((panel.targets ?? []).map(ask))
  const [width, height] = [w * CELL[0] - 24, h * CELL[1] - 44]
  const series = answers.flat()
  const body = {
    stat: () => stat(panel, series),
    timeseries: () => lines(panel, series, width, height),
    bargauge: () => bars(panel, series),
    heatmap: () => heatmap(panel, series, width, height),
    table: () => table(panel, answers),
    text: () => '<p>' + escape(panel.options.content).replace(/\[([^\]]+)\]\([^)]*\)/g, '<u>$1</u>') + '</p>'
  }[panel.type]()
  html += `<section style="${place}"><h3>${escape(panel.title)}</h3>${body}</section>`
}
const bottom = Math.max(...dashboard.panels.map(panel => panel.gridPos.y + panel.gridPos.h)) * CELL[1]
const page = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;padding:14px;width:1200px;background:#f4f5f5;font:13px system-ui,"DejaVu Sans",sans-serif;color:#24292e}
h1{font-size:19px;margin:0 0 2px}.what{margin:0 0 10px;color:#6a737b}main{position:relative;height:${bottom}px}
main>*{position:absolute;box-sizing:border-box}h2{font-size:14px;margin:0;padding-top:8px;color:#464c54}
section{background:#fff;border:1px solid #e2e4e7;border-radius:3px;padding:7px 8px;overflow:hidden}h3{font-size:13px;font-weight:600;margin:0 0 4px}
.stat{height:calc(100% - 24px);display:flex;flex-direction:column;align-items:center;justify-content:center;border-radius:3px}.stat b{font-size:26px}
svg{display:block}text{font-size:10px;fill:#6a737b}.legend{margin:0;font-size:11px;line-height:1.3}.legend span{margin-right:8px;white-space:nowrap}
.legend i{display:inline-block;width:10px;height:4px;margin-right:4px;vertical-align:middle}.bars p{margin:5px 0 1px;display:flex;justify-content:space-between;font-size:12px}
.bars div{background:#eceef0;height:11px}.bars i{display:block;height:11px}table{width:100%;border-collapse:collapse;font-size:12px}
th{text-align:left;color:#6a737b;font-weight:600}td,th{padding:3px 6px;border-bottom:1px solid #eceef0}td:nth-child(n+3),th:nth-child(n+3){text-align:right}</style>
<h1>${escape(dashboard.title)}</h1><p class="what">Not Grafana: the answers to the panels' own queries, drawn in the dashboard's layout by tests/browser/panels.js.</p>
<main>${html}</main>`
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const tab = await browser.newPage({ viewport: { width: 1228, height: bottom + 70 } })
await tab.setContent(page)
await tab.screenshot({ path: picture })
await browser.close()
