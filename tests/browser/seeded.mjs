// The suite can fail: each kind of fault, seeded into a page, has to be found by its check.
import * as checks from './checks.mjs'
import * as fit from './fit.mjs'
import * as sight from './sight.mjs'

const SIZE = { width: 320, height: 568 }

/** Gives sentences for the faults that no check found, and for checks that find one where there is none. */
export async function selfTest(browser, state, url, origin) {
  const missed = []
  const context = await browser.newContext({ viewport: SIZE, storageState: state })
  let page = await context.newPage()
  const decoder = await context.newPage()
  let emulate = null
  const watcher = await checks.watch(page, origin)
  const seeded = async (what, seed, check, path = '/health') => {
    await page.goto(`${url}${path}`)
    if (emulate) await emulate()
    watcher.clear()
    const before = await check()
    if (before.length) missed.push(`without ${what}: ${before[0]}`)
    await page.evaluate(seed)
    if ((await check()).length === 0) missed.push(`${what} is not found`)
  }
  const heard = async () => { await page.waitForTimeout(100); return watcher.found() }
  const layout = () => checks.layout(page, { lang: 'en', width: SIZE.width })

  await seeded('a field without a label', () => document.querySelector('main').append(document.createElement('input')), () => checks.accessibility(page))
  await seeded('text of too little contrast', () => {
    const text = document.createElement('p')
    text.textContent = 'hardly to be read'
    text.style.color = '#c8ccd0'
    text.style.background = '#ffffff'
    document.querySelector('main').append(text)
  }, () => checks.accessibility(page))
  await seeded('a page wider than the screen', () => {
    const wide = document.createElement('div')
    wide.textContent = 'wide'
    wide.style.width = '900px'
    document.querySelector('main').append(wide)
  }, layout)
  await seeded('a target of 18 px', () => {
    const small = document.createElement('button')
    small.textContent = 'x'
    small.style.height = '18px'
    small.style.minHeight = '0'
    document.querySelector('main').append(small)
  }, layout)
  await seeded('an inline script', () => {
    const script = document.createElement('script')
    script.textContent = 'window.inline = true'
    document.head.append(script)
  }, heard)
  await seeded('a request to another host', () => { new Image().src = 'http://192.0.2.1/x.png' }, heard)
  await seeded('an error in the console', () => console.error('seeded'), heard)

  await seeded('a text that no longer fits', () => {
    const box = document.createElement('p')
    box.textContent = 'this text is cut off at the edge of its box'
    box.style.cssText = 'width:120px;overflow:hidden;white-space:nowrap'
    document.querySelector('main').append(box)
  }, () => fit.fits(page, SIZE.width, 'seeded'))
  await seeded('a text that lies on another', () => {
    const text = document.createElement('p')
    text.textContent = 'this lies on the sentence above'
    text.style.cssText = 'position:relative;top:-36px'
    document.querySelector('.first').after(text)
  }, () => fit.fits(page, SIZE.width, 'seeded'))
  await seeded('a word that widens the page when it grows', () => {
    const text = document.createElement('p')
    text.textContent = 'm'.repeat(24)
    text.style.cssText = 'overflow-wrap:normal;word-break:keep-all'
    document.querySelector('main').append(text)
  }, async () => { await fit.longer(page); return fit.fits(page, SIZE.width, 'seeded') })
  await seeded('a bar that covers the focus', () => {
    const bar = document.createElement('div')
    bar.dataset.bar = ''
    bar.style.cssText = 'position:fixed;left:0;right:0;bottom:0;height:300px;background:gray'
    document.body.append(bar)
  }, () => fit.focus(page, 'seeded'))
  await seeded('a focus without an outline', () => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('a:focus-visible{outline:0!important}')
    document.adoptedStyleSheets.push(sheet)
  }, () => fit.focus(page, 'seeded'))

  const marks = async () => sight.toldApart(decoder, await sight.marks(page), 'seeded')
  await seeded('two marks that look alike', () => {
    const [ok, down] = ['.m-ok', '.m-down'].map((mark) => document.querySelector(`.words ${mark}`))
    down.querySelector('use').setAttribute('href', ok.querySelector('use').getAttribute('href'))
    down.style.color = getComputedStyle(ok).color
  }, marks, '/help')
  emulate = () => sight.see(page, 'achromatopsia')
  await seeded('two marks that differ by colour alone', () => {
    const [ok, down] = ['.m-ok', '.m-down'].map((mark) => document.querySelector(`.words ${mark}`))
    down.querySelector('use').setAttribute('href', ok.querySelector('use').getAttribute('href'))
  }, marks, '/help')
  page = await context.newPage()
  emulate = () => sight.force(page)
  await seeded('a mark that vanishes in forced colours', () => {
    const mark = document.querySelector('.words .m-degraded')
    mark.style.color = getComputedStyle(document.body).backgroundColor
    mark.style.forcedColorAdjust = 'none'
  }, marks, '/help')
  await seeded('an entry that forced colours leave unmarked', () => { document.querySelector('.menu [aria-current]').style.outline = '0' }, () => sight.forced(page), '/nodes')
  page = await context.newPage()
  emulate = () => sight.see(page, 'none', 'print')
  await seeded('colour on paper', () => { document.querySelector('.first').style.color = '#a3080f' }, () => sight.print(page, SIZE.width))
  await seeded('a bar on every page of paper', () => { document.querySelector('.first').style.position = 'fixed' }, () => sight.print(page, SIZE.width))
  await context.close()
  return missed
}
