// Visits every page in both themes, three languages and two widths, with and without script, and says what is wrong.
//
// Exit code 0: nothing is wrong. 1: something is. 2: wrong use.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import * as checks from './checks.mjs'
import * as moves from './live.mjs'
import { password, read } from './arguments.mjs'
import { start } from './fleet.mjs'

const LANGUAGES = ['en', 'uk', 'pl']
const THEMES = ['light', 'dark']
const WIDTHS = [[320, 568], [1366, 768]]
// A new profile each time, nothing fetched in the background; as root Chromium has no sandbox of its own.
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

const values = read()
const fleet = values.url ? { url: values.url.replace(/\/$/, ''), user: values.user, passwordFile: values['password-file'], stop: async () => {} } : await start()
const secret = password(fleet.passwordFile)
if (values.out) mkdirSync(values.out, { recursive: true })
const failures = []
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
  await page.close()
  if (!chart) fail(node, ['no chart within half a minute'])
  return {
    node,
    paths: ['/', '/sites', site, '/nodes', '/nodes?word=revoked', '/nodes?text=zzzz', node, chart, '/health', '/help', '/me', '/sites/999999', '/nothing-here'].filter(Boolean),
  }
}

async function visit(page, watcher, path, lang, theme, width) {
  const where = `${path} ${lang} ${theme} ${width} px`
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
  if (values.out) await page.screenshot({ path: join(values.out, `${(path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'overview').slice(0, 60)}.${lang}.${theme}.${width}.png`), fullPage: true })
}

async function variants(state, paths, { javaScriptEnabled }) {
  let visited = 0
  for (const [width, height] of WIDTHS) {
    for (const theme of THEMES) {
      for (const lang of LANGUAGES) {
        const context = await browser.newContext({ viewport: { width, height }, storageState: state, javaScriptEnabled })
        await context.addCookies([['holdfast-theme', theme], ['holdfast-language', lang]].map(([name, value]) => ({ name, value, url: fleet.url })))
        const page = await context.newPage()
        const watcher = await checks.watch(page, origin)
        for (const path of paths) { await visit(page, watcher, path, lang, theme, width); visited += 1 }
        await context.close()
      }
    }
  }
  return visited
}

// Pages that a person without a session sees.
async function outOfDoors() {
  for (const [width, height] of WIDTHS) {
    for (const lang of LANGUAGES) {
      const context = await browser.newContext({ viewport: { width, height }, locale: lang })
      const page = await context.newPage()
      const watcher = await checks.watch(page, origin)
      for (const path of ['/sign-in', '/help']) await visit(page, watcher, path, lang, 'system', width)
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
  await page.click('main form button')
  const root = page.locator('html')
  if (await root.getAttribute('lang') !== 'pl' || await root.getAttribute('data-theme') !== 'dark') fail('/me', ['language and theme do not change without script'])
  await context.close()
}

// The suite can fail: each seeded fault has to be found.
async function selfTest(state) {
  const context = await browser.newContext({ viewport: { width: 320, height: 568 }, storageState: state })
  const page = await context.newPage()
  const watcher = await checks.watch(page, origin)
  const seeded = async (what, seed, check) => {
    await page.goto(`${fleet.url}/health`)
    watcher.clear()
    await page.evaluate(seed)
    if ((await check()).length === 0) fail('self-test', [`${what} is not found`])
  }
  const axe = () => checks.accessibility(page)
  const layout = () => checks.layout(page, { lang: 'en', width: 320 })
  await seeded('a field without a label', () => document.querySelector('main').append(document.createElement('input')), axe)
  await seeded('text of too little contrast', () => {
    const text = document.createElement('p')
    text.textContent = 'hardly to be read'
    text.style.color = '#c8ccd0'
    text.style.background = '#ffffff'
    document.querySelector('main').append(text)
  }, axe)
  await seeded('a page wider than the screen', () => {
    const wide = document.createElement('div')
    wide.textContent = 'wide'
    wide.style.width = '900px'
    document.querySelector('main').append(wide)
  }, layout)
  await seeded('an inline script', () => {
    const script = document.createElement('script')
    script.textContent = 'window.inline = true'
    document.head.append(script)
  }, async () => { await page.waitForTimeout(100); return watcher.found() })
  await seeded('a request to another host', () => { new Image().src = 'http://192.0.2.1/x.png' }, async () => { await page.waitForTimeout(100); return watcher.found() })
  await context.close()
}

try {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en' })
  await signIn(context)
  const { node, paths } = await everyPage(context)
  const state = await context.storageState()

  console.log('the suite can fail')
  await selfTest(state)
  console.log(`${paths.length} pages, ${LANGUAGES.length} languages, ${THEMES.length} themes, ${WIDTHS.length} widths`)
  const visited = await variants(state, paths, { javaScriptEnabled: true })
  await outOfDoors()
  console.log('without script')
  await withoutScript(state, paths)
  console.log('weight of a first visit, compressed')
  for (const path of ['/', '/sites', '/nodes', node]) {
    const { total, bytes, wrong } = await checks.weight(browser, state.cookies, `${fleet.url}${path}`)
    console.log(`  ${path.padEnd(18)} ${String(total).padStart(6)} bytes: ${Object.entries(bytes).filter(([, n]) => n).map(([kind, n]) => `${kind} ${n}`).join(', ')}`)
    fail(path, wrong)
  }
  console.log('live, keys, charts')
  const page = await context.newPage()
  fail('live', await moves.live(page, fleet.url))
  fail('keys', await moves.keys(page, fleet.url))
  fail('chart', await moves.chart(page, fleet.url, node))
  fail('quiet feed', await moves.quiet(context, fleet.url))
  console.log(failures.length ? `${failures.length} things are wrong` : `nothing is wrong on ${visited} visits`)
} finally {
  await browser.close()
  await fleet.stop()
}
process.exit(failures.length ? 1 : 0)
