// Uses the look-up page as people do, and fails on anything a browser complains about.
//
// usage: node page.js URL OUTDIR
// The mails behind the page, by the environment: RECIPIENT has got several (one of them held), MESSAGE_ID is one mail's. WORKER and
// AUDITOR and ADMIN are header fields as JSON that a proxy would send for each; without AUDITOR or ADMIN, their pages are not looked at.
// STATUS is where the status page is, which has some mails to show.
import { chromium } from 'playwright-core'
import { createRequire } from 'node:module'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import assert from 'node:assert/strict'

const [url, out] = process.argv.slice(2)
const recipient = process.env.RECIPIENT ?? 'jan@example.org'
const messageId = process.env.MESSAGE_ID ?? '<47@example.com>'
const ticket = 'INC-2026/0815'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const origins = [url, process.env.STATUS].filter(Boolean).map(at => new URL(at).origin)
const fieldsOf = name => process.env[name] ? JSON.parse(process.env[name]) : {}

const profile = mkdtempSync(join(tmpdir(), 'mailgauge-browser-'))
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  locale: 'en-GB',
  timezoneId: 'Europe/Amsterdam',
  viewport: { width: 1280, height: 860 },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
})
const complaints = []
const addresses = []

/** Notes what must not be there: messages on the console, requests to elsewhere, answers that are faults. */
function watch (page) {
  page.on('console', message => complaints.push(`console: ${message.text()}`))
  page.on('pageerror', error => complaints.push(`error: ${error.message}`))
  page.on('request', request => {
    addresses.push(request.url())
    if (!origins.some(origin => request.url().startsWith(origin)) && !request.url().startsWith('data:')) complaints.push(`request to ${request.url()}`)
  })
  return page
}

/** Checks the page for what keeps people with other senses out, and takes its picture. */
async function look (page, name, fullPage = true) {
  // The page's policy allows no script of its own; the debugger may run one beside it.
  const session = await page.context().newCDPSession(page)
  const run = async expression => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    assert.ok(!exceptionDetails, exceptionDetails?.exception?.description)
    return result.value
  }
  // Colours that have just changed may still be on their way.
  await run('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
  await run('Promise.all(document.getAnimations().map(animation => animation.finished)).then(() => 0)')
  await run(axe + ';0')
  const found = await run(`axe.run(document).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join('; ')))`)
  for (const violation of found) complaints.push(`${name}: axe: ${violation}`)
  const wide = await run('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  if (wide > 0) complaints.push(`${name}: ${wide} pixels wider than the screen`)
  // axe leaves empty attributes behind.
  const foreign = await run(`document.querySelectorAll('script, style, [style]:not([style=""]), iframe, object').length`)
  if (foreign > 0) complaints.push(`${name}: ${foreign} elements that the page must not have`)
  await page.screenshot({ path: join(out, `${name}.png`), fullPage })
  await session.detach()
}

/** Types into the field that has the focus, which must be this one. */
async function type (page, id, text) {
  await assertFocus(page, id)
  await page.keyboard.type(text)
}

/** Waits for it a moment: a browser sets `autofocus` after the page is there, and later on a busy machine. */
async function assertFocus (page, id) {
  let focused
  for (let i = 0; i < 50 && focused !== id; i++) {
    if (i > 0) await new Promise(resolve => setTimeout(resolve, 100))
    focused = await page.evaluate(() => document.activeElement.id)
  }
  assert.equal(focused, id)
}

async function press (page, key, times = 1) {
  for (let time = 0; time < times; time++) await page.keyboard.press(key)
}

try {
  const page = watch(await browser.newPage())
  await page.setExtraHTTPHeaders(fieldsOf('WORKER'))
  await page.goto(url)
  assert.equal(await page.getAttribute('html', 'lang'), 'en')
  await look(page, 'form')

  // By keyboard alone, from the first field on.
  await type(page, 'ticket', ticket)
  await press(page, 'Tab')
  await type(page, 'recipient', recipient)
  await press(page, 'Tab', 5)
  await assertFocus(page, 'since')
  await press(page, 'ArrowDown')
  await press(page, 'Tab')
  await press(page, 'Enter')
  await page.waitForSelector('.mails')
  await assertFocus(page, 'result-title')
  assert.ok(await page.locator('.mail').count() > 1, 'several mails')
  assert.equal(await page.inputValue('#ticket'), ticket)
  assert.equal(await page.inputValue('#recipient'), recipient)
  await look(page, 'result')
  assert.ok(await page.locator('code.copy', { hasText: /^postsuper -H [0-9A-Za-z]+$/ }).count() > 0, 'a held mail has its command')
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.isVisible('form.ask'), false)
  await page.emulateMedia({ media: 'screen' })

  // One click takes the sentence to tell.
  const tell = page.locator('.tell').first()
  await tell.click()
  assert.equal((await page.evaluate(() => getSelection().toString())).trim(), (await tell.innerText()).trim())

  // The first mail's details, by keyboard from the heading.
  await page.focus('#result-title')
  await press(page, 'Tab')
  await press(page, 'Enter')
  await page.waitForSelector('.figures')
  assert.equal(await page.locator('.mail').count(), 1)
  assert.equal(await page.inputValue('#ticket'), ticket)

  // What can't be read, and a ticket that is none, are said at their fields.
  await page.goto(url)
  await page.fill('#ticket', 'x y')
  await page.fill('#message_id', messageId)
  await press(page, 'Enter')
  await page.waitForSelector('#ticket[aria-invalid=true]')
  await assertFocus(page, 'ticket')
  await look(page, 'fault')
  await page.fill('#ticket', ticket)
  await press(page, 'Enter')
  await page.waitForSelector('.figures')
  await page.locator('details summary').first().click()
  await look(page, 'detail')

  // Nothing found.
  await page.goto(url)
  await page.fill('#ticket', ticket)
  await page.fill('#recipient', 'nobody@example.org')
  await press(page, 'Enter')
  await page.waitForSelector('.empty')
  await look(page, 'empty')

  // Dutch, by the switch, and it stays.
  await page.click('a[hreflang=nl]')
  assert.equal(new URL(page.url()).search, '')
  assert.equal(await page.getAttribute('html', 'lang'), 'nl')
  const ask = async () => {
    await page.goto(url)
    await page.fill('#ticket', ticket)
    await page.fill('#recipient', recipient)
    await press(page, 'Enter')
    await page.waitForSelector('.mails')
  }
  await ask()
  assert.equal(await page.getAttribute('html', 'lang'), 'nl')
  await look(page, 'dutch')

  await page.emulateMedia({ colorScheme: 'dark' })
  await look(page, 'dark')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'phone-dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await look(page, 'phone')
  await page.setViewportSize({ width: 320, height: 640 })
  await look(page, 'narrow')
  await page.click('a[hreflang=en]')
  await look(page, 'narrow-form')

  if (process.env.AUDITOR) {
    const auditor = watch(await browser.newPage())
    await auditor.setExtraHTTPHeaders(fieldsOf('AUDITOR'))
    await auditor.goto(new URL('/audit', url).href)
    assert.ok(await auditor.locator('tbody tr').count() >= 5, 'the looks above are written down')
    await look(auditor, 'audit')
  }
  if (process.env.ADMIN) {
    const admin = watch(await browser.newPage())
    await admin.setExtraHTTPHeaders(fieldsOf('ADMIN'))
    await admin.goto(url)
    await admin.click('a[href="/state"]')
    await admin.waitForSelector('h1')
    assert.ok(await admin.locator('tbody tr').count() > 15, 'figures')
    await look(admin, 'state')
  }
  if (process.env.STATUS) {
    const status = watch(await browser.newPage())
    await status.goto(process.env.STATUS)
    assert.ok(await status.locator('.trend rect').count() > 0, 'the trend shows the mails')
    await look(status, 'status')
    await status.locator('details summary').first().click()
    await status.click('a[hreflang=nl]')
    assert.equal(await status.getAttribute('html', 'lang'), 'nl')
    await status.emulateMedia({ colorScheme: 'dark' })
    await status.setViewportSize({ width: 390, height: 844 })
    await look(status, 'status-phone-dark')
  }
  for (const address of addresses) {
    assert.ok(!/%40|@|INC-|nobody/.test(address), `${address} tells what was looked for`)
  }
} finally {
  await browser.close()
  rmSync(profile, { recursive: true, force: true })
}
// A refused form is an answer of its own, which Chromium notes as a failed load.
const real = complaints.filter(text => !/the server responded with a status of 422/.test(text))
for (const text of real) console.error(text)
console.log(real.length === 0 ? `no complaints; pictures in ${out}` : `${real.length} complaints`)
process.exitCode = real.length === 0 ? 0 : 1
