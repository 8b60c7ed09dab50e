// How a page looks to different eyes: the state marks as pictures under simulations of colour vision, in forced colours
// and in grey print. Each check gives sentences for what is wrong, none when nothing is.

const WORDS = ['ok', 'degraded', 'down', 'no_report', 'planned_silence', 'maintenance']
export const SIGHTS = ['none', 'deuteranopia', 'protanopia', 'tritanopia', 'achromatopsia']
// A mark is 16 px wide and has a cell of its own.
const CELL = 32
// Of two marks at least so many of a hundred pixels differ, by so many levels of 255, beside a mark's own softened edges.
const DIFFERENT_PIXELS = 0.04
const DIFFERENT_LEVELS = 64
// A mark that is there has at least so many pixels that are not its ground.
const DRAWN_PIXELS = 0.06

/**
 * A picture of the six state marks side by side, as they are rendered now. Each lies at the same place of its cell: half a
 * pixel aside would be a difference. The page is /help, which shows them all.
 */
export async function marks(page) {
  const missing = await page.evaluate(({ words, cell }) => {
    const ground = document.createElement('div')
    ground.id = 'ground'
    Object.assign(ground.style, { position: 'fixed', left: '0', top: '0', width: `${cell * words.length}px`, height: `${cell}px`, zIndex: '10', background: getComputedStyle(document.body).backgroundColor })
    document.body.append(ground)
    return words.filter((word, index) => {
      const mark = document.querySelector(`.words .m-${word}`)
      if (!mark) return true
      const copy = mark.cloneNode(true)
      Object.assign(copy.style, { position: 'absolute', left: `${index * cell + 8}px`, top: '8px', margin: '0' })
      ground.append(copy)
      return false
    })
  }, { words: WORDS, cell: CELL })
  const picture = (await page.screenshot({ clip: { x: 0, y: 0, width: CELL * WORDS.length, height: CELL } })).toString('base64')
  await page.evaluate(() => document.getElementById('ground').remove())
  return { missing, picture }
}

/** Decodes the picture on a page of its own and says which marks cannot be told apart, or cannot be seen at all. */
export async function toldApart(decoder, { missing, picture }, how) {
  if (missing.length) return missing.map((word) => `${how}: the mark of ${word} is not on the page`)
  return decoder.evaluate(async ({ words, picture, how, cell, limits }) => {
    const image = new Image()
    image.src = `data:image/png;base64,${picture}`
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    const pen = canvas.getContext('2d', { willReadFrequently: true })
    pen.drawImage(image, 0, 0)
    // The middle of the cell, where the mark is, with a little ground around it.
    const scale = image.height / cell
    const side = Math.round(20 * scale)
    const all = words.map((word, index) => ({ word, data: pen.getImageData(Math.round((index * cell + 6) * scale), Math.round(6 * scale), side, side).data }))
    const wrong = []
    const far = (a, i, b, j) => Math.abs(a[i] - b[j]) + Math.abs(a[i + 1] - b[j + 1]) + Math.abs(a[i + 2] - b[j + 2]) > 3 * limits.levels
    const share = (count) => count / (side * side)
    for (const { word, data } of all) {
      let drawn = 0
      for (let i = 0; i < data.length; i += 4) if (far(data, i, data, 0)) drawn += 1
      if (share(drawn) < limits.drawn) wrong.push(`${how}: the mark of ${word} is not to be seen`)
    }
    for (const [index, one] of all.entries()) {
      for (const other of all.slice(index + 1)) {
        let different = 0
        for (let i = 0; i < one.data.length; i += 4) if (far(one.data, i, other.data, i)) different += 1
        if (share(different) < limits.different) wrong.push(`${how}: the marks of ${one.word} and ${other.word} look alike (${(100 * share(different)).toFixed(1)} % of the pixels differ)`)
      }
    }
    return wrong
  }, { words: WORDS, picture, how, cell: CELL, limits: { levels: DIFFERENT_LEVELS, different: DIFFERENT_PIXELS, drawn: DRAWN_PIXELS } })
}

// The simulation ends with its session.
const sessions = new WeakMap()

/** Lets the browser show the page as these eyes see it, on a screen or on paper; one session for both, else one undoes the other. */
export async function see(page, sight, media = '') {
  if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page))
  const session = sessions.get(page)
  await session.send('Emulation.setEmulatedVisionDeficiency', { type: sight })
  await session.send('Emulation.setEmulatedMedia', { media })
}

/** Forces the colours of a page that has just been opened; the browser loses the setting now and then. */
export async function force(page) {
  await page.emulateMedia({ forcedColors: 'none' })
  await page.emulateMedia({ forcedColors: 'active' })
}

/** In forced colours: lines of charts and strips in system colours, the current entry marked, nothing that vanished. */
export async function forced(page) {
  return page.evaluate(() => {
    const wrong = []
    const ground = getComputedStyle(document.body).backgroundColor
    const system = document.createElement('i')
    system.style.backgroundColor = 'Canvas'
    document.body.append(system)
    const forced = matchMedia('(forced-colors: active)').matches && getComputedStyle(system).backgroundColor === ground
    system.remove()
    if (!forced) return [`forced colours are not in force: ${ground}`]
    for (const el of document.querySelectorAll('.mean,.heard,.start,.notch,.outage,.strip [class^="f-"],.lanes [class^="f-"]')) {
      const style = getComputedStyle(el)
      const paint = style.stroke !== 'none' ? style.stroke : style.fill
      if (paint === ground) { wrong.push(`forced colours: ${el.getAttribute('class')} has the colour of its ground`); break }
    }
    const current = document.querySelector('.menu [aria-current=page]')
    if (current && current.getBoundingClientRect().width && getComputedStyle(current).outlineStyle === 'none') wrong.push('forced colours: the current entry of the menu is not marked')
    for (const el of document.querySelectorAll('main .button,main input:not([type=hidden],[type=checkbox],[type=radio]),main select')) {
      if (el.getBoundingClientRect().width && getComputedStyle(el).borderTopStyle === 'none') { wrong.push(`forced colours: no border around ${el.outerHTML.slice(0, 80)}`); break }
    }
    return wrong
  })
}

/** On paper: black on white, no menu or button that paper cannot press, heads of tables that repeat, nothing cut off. */
export async function print(page, width) {
  return page.evaluate((width) => {
    const wrong = []
    const seen = (el) => { const box = el.getBoundingClientRect(); return box.width > 1 && box.height > 1 && getComputedStyle(el).visibility !== 'hidden' }
    const grey = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return a === 0 || (Math.abs(r - g) < 3 && Math.abs(g - b) < 3) }
    for (const el of document.querySelectorAll('header button,main button,.menu,.search,.pager')) {
      if (seen(el)) { wrong.push(`print: ${el.outerHTML.slice(0, 80)} is on the paper`); break }
    }
    for (const el of document.querySelectorAll('body *:not(script)')) {
      if (!seen(el)) continue
      const style = getComputedStyle(el)
      if (!grey(style.color) || !grey(style.backgroundColor)) { wrong.push(`print: ${el.tagName}.${el.getAttribute('class')} is in colour: ${style.color} on ${style.backgroundColor}`); break }
      if (style.position === 'fixed') { wrong.push(`print: ${el.className} stands on every page`); break }
    }
    for (const head of document.querySelectorAll('thead')) if (getComputedStyle(head).display !== 'table-header-group') { wrong.push('print: the head of a table does not repeat'); break }
    if (document.documentElement.scrollWidth > width) wrong.push(`print: ${document.documentElement.scrollWidth} px on ${width} px of paper`)
    return wrong
  }, width)
}
