// Checks of one page. Each gives sentences for what is wrong, none when nothing is.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SEVERE = ['serious', 'critical']
// Budgets of the interface design, compressed bytes as they cross the wire.
export const BUDGETS = { first: 50_000, style: 10_000, module: 6_000, chartModule: 6_000, verifyModule: 8_000, library: 24_000 }

/** Watches a page for everything that a page must never do; `found()` gives what it did. */
export async function watch(page, origin) {
  const wrong = []
  page.on('console', (message) => { if (message.type() === 'error') wrong.push(`console: ${message.text()}`) })
  page.on('pageerror', (error) => wrong.push(`script: ${error.message}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'data:' && url.origin !== origin) wrong.push(`request to another host: ${url.origin}`)
  })
  page.on('response', (response) => { if (response.status() >= 500) wrong.push(`${response.status()} for ${response.url()}`) })
  await page.addInitScript(() => {
    window.policy = []
    document.addEventListener('securitypolicyviolation', (event) => window.policy.push(`${event.violatedDirective} ${event.blockedURI}`))
  })
  return {
    clear: () => { wrong.length = 0 },
    found: async () => {
      const policy = await page.evaluate(() => window.policy ?? [])
      return [...wrong, ...policy.map((text) => `content policy: ${text}`)]
    },
  }
}

/** axe on the page as it stands; run over the debugging protocol, which a page's content policy does not bind. */
export async function accessibility(page) {
  await page.evaluate(AXE)
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  const severe = result.violations.filter((one) => SEVERE.includes(one.impact))
  return severe.map((one) => `axe ${one.impact} ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`)
}

/** No sideways scroll, targets large enough, focus order and the language of the document. */
export async function layout(page, { lang, width }) {
  return page.evaluate(({ lang, width }) => {
    const wrong = []
    if (document.documentElement.scrollWidth > width) {
      const wide = [...document.querySelectorAll('body *')].filter((el) => el.getBoundingClientRect().right > width + 1 && !el.closest('.box') && !el.closest('.vh') && !el.closest('svg'))
      wrong.push(`scrolls sideways at ${width} px: ${document.documentElement.scrollWidth} px, ${wide.slice(0, 3).map((el) => `${el.tagName}.${el.className}`)}`)
    }
    if (document.documentElement.lang !== lang) wrong.push(`lang is ${document.documentElement.lang}, not ${lang}`)
    if (document.querySelectorAll('h1').length !== 1) wrong.push(`${document.querySelectorAll('h1').length} h1`)
    // The wall is read from afar and asked nothing: no header, and its sentence may change in place.
    const wall = document.body.matches('.wall')
    const first = wall ? document.querySelector('h1 + div > .first:first-child') : document.querySelector('h1')?.nextElementSibling
    if (!first?.matches('.first') || !first.textContent.trim()) wrong.push('no first sentence behind the h1')
    const levels = [...document.querySelectorAll('h1,h2,h3,h4')].map((el) => Number(el.tagName[1]))
    levels.reduce((before, level) => { if (level > before + 1) wrong.push(`heading level jumps from ${before} to ${level}`); return level }, 0)
    const header = [...document.querySelectorAll('header a')].filter((el) => el.getBoundingClientRect().width > 0)
    if (!wall && header.at(-1)?.getAttribute('href') !== '/help') wrong.push('help is not the last entry of the header')
    if (document.querySelector('[style]:not(.uplot *)')) wrong.push(`an inline style: ${document.querySelector('[style]:not(.uplot *)').outerHTML.slice(0, 120)}`)
    // WCAG 2.5.8: 24 by 24, but for links inside a sentence.
    for (const el of document.querySelectorAll('a[href],button,input:not([type=hidden]),select,summary')) {
      const box = el.getBoundingClientRect()
      if (!box.width || el.matches('.skip')) continue
      const inText = el.tagName === 'A' && getComputedStyle(el).display === 'inline'
      if (!inText && (box.height < 23.5 || box.width < 23.5)) wrong.push(`target of ${Math.round(box.width)} by ${Math.round(box.height)}: ${el.outerHTML.slice(0, 120)}`)
    }
    return wrong.slice(0, 8)
  }, { lang, width })
}

/** Compressed bytes of a first visit by kind, from a browser without a cache. */
export async function weight(browser, cookies, url) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
  await context.addCookies(cookies)
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  const urls = new Map()
  const bytes = { page: 0, style: 0, module: 0, chartModule: 0, verifyModule: 0, library: 0, other: 0 }
  session.on('Network.responseReceived', (event) => urls.set(event.requestId, event.response.url))
  session.on('Network.loadingFinished', (event) => {
    const path = new URL(urls.get(event.requestId) ?? 'http://none/').pathname
    const kind = path.startsWith('/static/style') ? 'style'
      : path.startsWith('/static/app') ? 'module'
        : path.startsWith('/static/chart') ? 'chartModule'
          : path.startsWith('/static/verify') ? 'verifyModule'
          : path.startsWith('/static/uplot') ? 'library'
            : path.startsWith('/static/') ? 'other' : 'page'
    bytes[kind] += event.encodedDataLength
  })
  await page.goto(url, { waitUntil: 'load' })
  await page.waitForTimeout(300)
  await context.close()
  const total = Object.values(bytes).reduce((sum, one) => sum + one, 0)
  const wrong = []
  const over = (what, is, may) => { if (is > may) wrong.push(`${what} weighs ${is} bytes, more than ${may}`) }
  over('the first visit', total - bytes.library, BUDGETS.first)
  over('the style', bytes.style, BUDGETS.style)
  over('the module', bytes.module, BUDGETS.module)
  over("the charts' module", bytes.chartModule, BUDGETS.chartModule)
  over('the module that checks files', bytes.verifyModule, BUDGETS.verifyModule)
  over('the chart library', bytes.library, BUDGETS.library)
  return { total, bytes, wrong }
}
