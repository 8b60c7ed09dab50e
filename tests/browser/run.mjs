// Visits every page in its themes, languages and widths, with and without script, as other eyes see it and on paper, and
// says what is wrong.
//
// Exit code 0: nothing is wrong. 1: something is. 2: wrong use.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import * as checks from './checks.mjs'
import * as charts from './charts.mjs'
import { empty, first } from './first.mjs'
import * as fit from './fit.mjs'
import * as moves from './live.mjs'
import { selfTest } from './seeded.mjs'
import * as sight from './sight.mjs'
import { password, read } from './arguments.mjs'
import { start } from './fleet.mjs'
import * as verifying from './verify.mjs'

const LANGUAGES = ['en', 'uk', 'pl']
// The words are longest in other languages, the colours are the same in each: the sun theme is visited in one.
const THEMES = [['light', LANGUAGES], ['dark', LANGUAGES], ['sun', ['en']]]
const WIDTHS = [[320, 568], [1366, 768]]
// A small telephone upright, a wide table of a phone, the largest desk.
const OTHER_SCREENS = [[360, 740], [700, 900], [3840, 2160]]
// A4 less its margins, in CSS pixels.
const PAPER = [680, 980]
// A new profile each time, nothing fetched in the background; as root Chromium has no sandbox of its own.
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

const values = read()
const fleet = values.url ? { url: values.url.replace(/\/$/, ''), user: values.user, passwordFile: values['password-file'], signIns: values['sign-ins'], stop: async () => {} } : await start()
const secret = password(fleet.passwordFile)
if (values.out) mkdirSync(values.out, { recursive: true })
const failures = []
let visits = 0
const fail = (where, list) => { for (const text of list) { failures.push(`${where}: ${text}`); console.log(`  WRONG ${where}: ${text}`) } }
const origin = new URL(fleet.url).origin
const browser = await chromium.launch({ executablePath: values.chromium, args: FLAGS })

async function signIn(context) {
  const page = await context.newPage()
  await page.goto(`${fleet.url}/nodes?word=ok`)
  if (!page.url().includes('/sign-in')) throw new Error(`a page without a session leads to ${page.url()}`)
  await page.fill('#name', fleet.user)
  await page.fill('#password', 'not the password of anybody')
  await page.click('main form button')
  const refused = page.locator('.summary')
  if (await refused.count() !== 1) fail('sign-in', ['a wrong password has no error summary'])
  if (await page.inputValue('#name') !== fleet.user) fail('sign-in', ['the name is not kept after a wrong password'])
  if (await page.inputValue('#password') !== '') fail('sign-in', ['the password comes back in the page'])
  if (!await page.evaluate(() => document.activeElement?.matches('.summary'))) fail('sign-in', ['the error summary has not the focus'])
  await page.fill('#password', secret)
  await page.click('main form button')
  if (!page.url().endsWith('/nodes?word=ok')) fail('sign-in', [`leads to ${page.url()}, not back to where it began`])
  await page.close()
}

async function everyPage(context) {
  const page = await context.newPage()
  await page.goto(`${fleet.url}/nodes`)
  await page.waitForSelector('tr[data-row] a.serial', { timeout: 30_000 })
  const node = await page.getAttribute('tr[data-row] a.serial', 'href')
  await page.goto(`${fleet.url}/sites`)
  const site = await page.getAttribute('tr[data-row] th a', 'href')
  // Charts want a first report.
  let chart = null
  for (let tries = 0; tries < 30 && !chart; tries += 1) {
    await page.goto(`${fleet.url}${node}?range=1h`)
    chart = await page.locator('.under a').first().getAttribute('href', { timeout: 500 }).catch(() => null)
    if (!chart) await page.waitForTimeout(1_000)
  }
  const linked = async (path, selector) => {
    await page.goto(`${fleet.url}${path}`)
    return page.locator(selector).first().getAttribute('href', { timeout: 500 }).catch(() => null)
  }
  const item = await linked('/equipment?state=in_store', 'tr[data-row] th a')
  const handover = await linked('/handovers?open=true', 'tr[data-row] th a')
  const donation = await linked('/donations', 'tr[data-row] th a')
  const of = (base, ...ends) => (base ? ends.map((end) => `${base}${end}`) : [])
  const inventory = ['/equipment', '/equipment?state=lost', '/equipment?text=zzzz', '/equipment/new', '/equipment/new?model=1&many=2', ...of(item, '', '/record', '/record?what=deployed', '/void', '/change', '/label', '/reveal'), '/handovers', '/handovers/new', ...of(handover, '', '/withdraw'), '/donations', ...of(donation, ''), '/programmes', '/programmes/1', '/models', '/containers']
  await page.close()
  if (!chart) fail(node, ['no chart within half a minute'])
  return {
    node,
    chart,
    paths: ['/', '/sites', '/sites/map', site, '/nodes', '/nodes?word=revoked', '/nodes?text=zzzz', node, chart, '/health', '/help', '/verify', '/me', '/me/second-factor', `${site}/place`, '/home', '/?view=wall', ...inventory, '/sites/999999', '/nothing-here'].filter(Boolean),
  }
}

async function visit(page, watcher, path, lang, theme, width, who = '') {
  visits += 1
  const where = `${who} ${path} ${lang} ${theme} ${width} px`.trim()
  watcher.clear()
  const response = await page.goto(`${fleet.url}${path}`)
  const expected = path === '/nothing-here' || path === '/sites/999999' ? 404 : 200
  const list = []
  if (response.status() !== expected) list.push(`status ${response.status()}, not ${expected}`)
  list.push(...await checks.layout(page, { lang, width }))
  list.push(...await checks.accessibility(page))
  // A page that is not there is told in the console by the browser itself.
  list.push(...(await watcher.found()).filter((text) => !(expected === 404 && text.includes('status of 404'))))
  fail(where, list)
  await picture(page, `${who ? `${who}.` : ''}${short(path)}.${lang}.${theme}.${width}`)
}

async function inContext(options, theme, lang, what) {
  const context = await browser.newContext(options)
  await context.addCookies([['holdfast-theme', theme], ['holdfast-language', lang]].map(([name, value]) => ({ name, value, url: fleet.url })))
  try { return await what(await context.newPage(), context) } finally { await context.close() }
}

async function picture(page, name) {
  if (values.out) await page.screenshot({ path: join(values.out, `${name}.png`), fullPage: true })
}

const short = (path) => (path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'overview').slice(0, 60)

async function variants(state, paths) {
  for (const [width, height] of WIDTHS) {
    for (const [theme, languages] of THEMES) {
      for (const lang of languages) {
        await inContext({ viewport: { width, height }, storageState: state }, theme, lang, async (page) => {
          const watcher = await checks.watch(page, origin)
          for (const path of paths) await visit(page, watcher, path, lang, theme, width)
        })
      }
    }
  }
}

// Text that grows and screens of other sizes.
async function fitting(state, paths) {
  for (const [width, height] of OTHER_SCREENS) {
    await inContext({ viewport: { width, height }, storageState: state }, 'light', 'en', async (page) => {
      for (const path of paths) {
        await page.goto(`${fleet.url}${path}`)
        fail(`${path} ${width} px`, [...await checks.layout(page, { lang: 'en', width }), ...await fit.fits(page, width, `${width} by ${height}`)])
        await picture(page, `${short(path)}.${width}`)
      }
    })
  }
  // 1280 by 1024 at 400 % is 320 by 256.
  for (const lang of LANGUAGES) {
    await inContext({ viewport: { width: 320, height: 256 }, deviceScaleFactor: 2, storageState: state }, 'light', lang, async (page) => {
      for (const path of paths) {
        await page.goto(`${fleet.url}${path}`)
        await fit.spacing(page)
        fail(path, await fit.fits(page, 320, `400 % with wider text, ${lang}`))
      }
    })
  }
  for (const width of [320, 700, 1366]) {
    await inContext({ viewport: { width, height: 768 }, storageState: state }, 'light', 'en', async (page) => {
      for (const path of paths) {
        await page.goto(`${fleet.url}${path}`)
        await fit.longer(page)
        fail(path, await fit.fits(page, width, `texts of 140 % at ${width} px`))
        await picture(page, `${short(path)}.longer.${width}`)
      }
    })
  }
  for (const [width, height] of WIDTHS) {
    await inContext({ viewport: { width, height }, storageState: state }, 'light', 'en', async (page) => {
      for (const path of paths.filter((one) => !one.includes('='))) {
        await page.goto(`${fleet.url}${path}`)
        if (path === '/nodes') await fit.laterRows(page)
        fail(path, await fit.focus(page, `${width} px`))
      }
    })
  }
}

// Other eyes, forced colours, paper.
async function eyes(state, paths) {
  for (const [theme] of THEMES) {
    await inContext({ viewport: { width: 800, height: 600 }, deviceScaleFactor: 2, storageState: state }, theme, 'en', async (page, context) => {
      const decoder = await context.newPage()
      for (const seen of sight.SIGHTS) {
        await page.goto(`${fleet.url}/help`)
        await sight.see(page, seen)
        fail('/help', await sight.toldApart(decoder, await sight.marks(page), `${theme}, ${seen}`))
      }
    })
  }
  await inContext({ viewport: { width: 1366, height: 768 }, storageState: state, forcedColors: 'active' }, 'system', 'en', async (page, context) => {
    const decoder = await context.newPage()
    const watcher = await checks.watch(page, origin)
    for (const path of paths) {
      await page.goto(`${fleet.url}${path}`)
      await sight.force(page)
      const list = [...await sight.forced(page), ...await fit.fits(page, 1366, 'forced colours')]
      if (path === '/help') list.push(...await sight.toldApart(decoder, await sight.marks(page), 'forced colours'))
      fail(path, list)
      await picture(page, `${short(path)}.forced`)
    }
    watcher.clear()
  })
  await inContext({ viewport: { width: PAPER[0], height: PAPER[1] }, deviceScaleFactor: 2, storageState: state }, 'dark', 'en', async (page, context) => {
    const decoder = await context.newPage()
    for (const path of paths) {
      await page.goto(`${fleet.url}${path}`)
      await sight.see(page, 'achromatopsia', 'print')
      const list = await sight.print(page, PAPER[0])
      if (path === '/help') list.push(...await sight.toldApart(decoder, await sight.marks(page), 'grey print'))
      fail(path, list)
      await picture(page, `${short(path)}.print`)
    }
  })
}

// A controller that has nobody yet.
async function nobody() {
  const controller = await empty()
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en' })
  try {
    const page = await context.newPage()
    const own = new URL(controller.url).origin
    const watcher = await checks.watch(page, own)
    for (const [width, height] of WIDTHS) {
      await page.setViewportSize({ width, height })
      await page.goto(`${controller.url}/first`)
      fail(`/first ${width} px`, [...await checks.layout(page, { lang: 'en', width }), ...await checks.accessibility(page), ...await fit.focus(page, `${width} px`), ...await watcher.found()])
      await picture(page, `first.${width}`)
    }
    fail('/first', await first(page, controller))
    watcher.clear()
    for (const path of ['/', '/sites', '/nodes', '/health']) {
      await page.goto(`${controller.url}${path}`)
      fail(`${path} of an empty fleet`, [...await checks.layout(page, { lang: 'en', width: 1366 }), ...await checks.accessibility(page), ...await watcher.found()])
      await picture(page, `empty-${short(path)}`)
    }
  } finally {
    await context.close()
    await controller.stop()
  }
}

// What the other sign-ins of the lab begin with; a fleet of somebody else has none of them.
async function others() {
  if (!fleet.signIns) return
  const lines = Object.fromEntries(readFileSync(fleet.signIns, 'utf8').trim().split('\n').map((line) => line.split(' ')))
  const begin = { donor: ['/donor', '/donations'], recipient: ['/home', '/equipment', '/handovers', 'answer'], office: ['/home', '/equipment'] }
  for (const [name, paths] of Object.entries(begin)) {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en' })
    const page = await context.newPage()
    const watcher = await checks.watch(page, origin)
    await page.goto(`${fleet.url}/sign-in`)
    await page.fill('#name', name)
    await page.fill('#password', lines[name])
    await page.click('main form button')
    for (const [width, height] of WIDTHS) {
      await page.setViewportSize({ width, height })
      for (const [theme, lang] of [['light', 'en'], ['dark', 'uk'], ['light', 'pl']]) {
        await context.addCookies([['holdfast-theme', theme], ['holdfast-language', lang]].map(([key, value]) => ({ name: key, value, url: fleet.url })))
        for (const path of paths) {
          let at = path
          if (path === 'answer') {
            await page.goto(`${fleet.url}/handovers?open=true`)
            at = `${await page.locator('tr[data-row] th a').first().getAttribute('href')}/answer`
          }
          await visit(page, watcher, at, lang, theme, width, name)
        }
      }
    }
    await context.close()
  }
}

// Pages that a person without a session sees.
async function outOfDoors() {
  for (const [width, height] of WIDTHS) {
    for (const lang of LANGUAGES) {
      const context = await browser.newContext({ viewport: { width, height }, locale: lang })
      const page = await context.newPage()
      const watcher = await checks.watch(page, origin)
      for (const path of ['/sign-in', '/welcome', '/help', '/verify', '/f/i/7K2M-9QXD']) await visit(page, watcher, path, lang, 'system', width)
      await context.close()
    }
  }
}

async function withoutScript(state, paths) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, storageState: state, javaScriptEnabled: false })
  const page = await context.newPage()
  for (const path of paths) {
    await page.goto(`${fleet.url}${path}`)
    const list = []
    if ((await page.locator('main').innerText()).length < 40) list.push('nothing to read without script')
    if (await page.locator('header.top button:visible').count() > 0) list.push('a button that does nothing without script')
    fail(`${path} without script`, list)
  }
  await page.goto(`${fleet.url}/me`)
  await page.selectOption('#lang', 'pl')
  await page.selectOption('#theme', 'dark')
  await page.click('main form:has(#lang) button')
  const root = page.locator('html')
  if (await root.getAttribute('lang') !== 'pl' || await root.getAttribute('data-theme') !== 'dark') fail('/me', ['language and theme do not change without script'])
  await context.close()
}

const begun = Date.now()

async function weights(state, paths) {
  for (const path of paths) {
    const { total, bytes, wrong } = await checks.weight(browser, state.cookies, `${fleet.url}${path}`)
    console.log(`  ${short(path).padEnd(18).slice(0, 18)} ${String(total).padStart(6)} bytes: ${Object.entries(bytes).filter(([, n]) => n).map(([kind, n]) => `${kind} ${n}`).join(', ')}`)
    fail(path, wrong)
  }
}

async function uses(context, node, chart) {
  const page = await context.newPage()
  const watcher = await checks.watch(page, origin)
  fail('chart', await moves.chart(page, fleet.url, node))
  const taken = await charts.files(page, fleet.url, chart)
  fail('files', taken.wrong)
  if (values.out) writeFileSync(join(values.out, 'taken-away.png'), taken.picture)
  fail('keys', await moves.keys(page, fleet.url))
  fail('back and forward', await moves.backAndForward(page, fleet.url))
  fail('charts, keys and ways', await watcher.found())
  fail('ranges', await charts.ranges(page, fleet.url, node))
  await page.close()
}

async function evidence() {
  const all = verifying.cases()
  const context = () => browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en' })
  for (const run of [verifying.compare, verifying.shown, verifying.without]) {
    const own = await context()
    const page = await own.newPage()
    const watcher = await checks.watch(page, origin)
    fail('/verify', await run(page, fleet.url, all, (name) => picture(page, name)))
    fail('/verify', await watcher.found())
    await own.close()
  }
  const still = await browser.newContext({ javaScriptEnabled: false, locale: 'en' })
  fail('/verify', await verifying.plain(await still.newPage(), fleet.url))
  await still.close()
}

try {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en' })
  await signIn(context)
  const { node, chart, paths } = await everyPage(context)
  const state = await context.storageState()

  const steps = {
    seeded: ['the suite can fail', async () => fail('self-test', await selfTest(browser, state, fleet.url, origin))],
    pages: ['every page in its themes, languages and widths', async () => { await variants(state, paths); await others(); await outOfDoors() }],
    plain: ['without script', () => withoutScript(state, paths)],
    fit: ['larger text, other screens, the focus', () => fitting(state, paths)],
    eyes: ['other eyes, forced colours, paper', () => eyes(state, paths)],
    nobody: ['a controller that has nobody yet', nobody],
    weight: ['weight of a first visit, compressed', () => weights(state, ['/', '/sites', '/nodes', '/equipment', node, chart, '/verify'])],
    charts: ['charts, ranges, files, keys, back and forward', () => uses(context, node, chart)],
    verify: ['evidence files, with the network off', evidence],
    live: ['live, and a feed that falls silent', async () => {
      const [alive, silent] = await Promise.all([moves.live(await context.newPage(), fleet.url), moves.quiet(context, fleet.url)])
      fail('live', alive)
      fail('quiet feed', silent)
    }],
  }
  for (const name of values.only?.split(',') ?? Object.keys(steps)) {
    const [what, run] = steps[name] ?? []
    if (!run) throw new Error(`no step is called ${name}`)
    console.log(`${String(Math.round((Date.now() - begun) / 1000)).padStart(4)} s  ${what}`)
    await run()
  }
  console.log(failures.length ? `${failures.length} things are wrong` : `nothing is wrong on ${visits} visits, after ${Math.round((Date.now() - begun) / 1000)} s`)
} finally {
  await browser.close()
  await fleet.stop()
}
process.exit(failures.length ? 1 : 0)
