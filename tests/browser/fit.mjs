// Whether a page still fits when text grows, spaces widen or the screen is unusual, and whether the keyboard's focus is
// ever hidden. Each check gives sentences for what is wrong, none when nothing is.

/** The override of WCAG 1.4.12, as a reader's own style would bring it. */
export async function spacing(page) {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}')
    document.adoptedStyleSheets.push(sheet)
  })
}

/** Every text 140 % long, as a translation may be. Serials and times keep their length in any language. */
export async function longer(page) {
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const texts = []
    while (walker.nextNode()) texts.push(walker.currentNode)
    for (const text of texts) {
      if (!text.data.trim() || text.parentElement.closest('script,.serial,time,code,kbd,.num,.x,.y,.points')) continue
      const words = text.data.trim()
      text.data = text.data.replace(words, `${words}${words.slice(0, Math.ceil(words.length * 0.4))}`)
    }
  })
}

/** Nothing sideways, nothing cut off, no two texts on top of each other. */
export async function fits(page, width, how) {
  return page.evaluate(({ width, how }) => {
    const wrong = []
    if (document.documentElement.scrollWidth > width) {
      const wide = [...document.querySelectorAll('body *')].filter((el) => el.getBoundingClientRect().right > width + 1 && !el.closest('.box,.vh,svg'))
      wrong.push(`${how}: ${document.documentElement.scrollWidth} px on ${width}: ${wide.slice(0, 3).map((el) => `${el.tagName}.${el.getAttribute('class')}`)}`)
    }
    const hidden = (el) => el.closest('.vh,.skip,[hidden],svg,details:not([open]) > :not(summary)') || !el.getBoundingClientRect().width
    const texts = []
    for (const el of document.querySelectorAll('body *')) {
      if (hidden(el)) continue
      const style = getComputedStyle(el)
      if (style.clipPath !== 'none') continue
      if ((style.overflowX === 'hidden' || style.overflowX === 'clip') && el.scrollWidth > el.clientWidth + 1) wrong.push(`${how}: cut off: ${el.outerHTML.slice(0, 100)}`)
      if (el.closest('.list thead,.menu,.changes')) continue
      for (const node of el.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue
        const range = document.createRange()
        range.selectNodeContents(node)
        for (const box of range.getClientRects()) if (box.width > 2) texts.push({ box, el })
      }
    }
    texts.sort((one, two) => one.box.top - two.box.top)
    let told = 0
    for (const [index, one] of texts.entries()) {
      for (let next = index + 1; next < texts.length && texts[next].box.top < one.box.bottom - 3; next += 1) {
        const two = texts[next]
        const across = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left)
        const down = Math.min(one.box.bottom, two.box.bottom) - Math.max(one.box.top, two.box.top)
        // A table in its own box may scroll under its edge; lines of one text may touch.
        if (across > 3 && down > one.box.height * 0.3 && one.el !== two.el && one.el.closest('.box') === two.el.closest('.box') && told < 3) {
          wrong.push(`${how}: “${one.el.textContent.trim().slice(0, 30)}” lies on “${two.el.textContent.trim().slice(0, 30)}”`)
          told += 1
        }
      }
    }
    return wrong.slice(0, 6)
  }, { width, how })
}

/** The bar that tells of new rows, as the page puts it there. */
export async function laterRows(page) {
  await page.evaluate(() => {
    const bar = document.createElement('p')
    bar.className = 'changes'
    const link = document.createElement('a')
    link.href = location.href
    link.textContent = document.body.dataset.show
    bar.append(document.body.dataset.rows.replace('{n}', '12'), ' ', link)
    document.querySelector('.box').before(bar)
  })
}

/** Goes through the page with the tabulator; what has the focus is shown, outlined, and under no bar. */
export async function focus(page, how) {
  const wrong = []
  await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0) })
  const seen = new Set()
  for (let step = 0; step < 220 && wrong.length < 4; step += 1) {
    await page.keyboard.press('Tab')
    const told = await page.evaluate(() => {
      const el = document.activeElement
      if (!el || el === document.body) return null
      el.tabNumber ??= `${Math.random()}`
      const box = el.getBoundingClientRect()
      const name = el.outerHTML.slice(0, 90)
      const problems = []
      const style = getComputedStyle(el)
      if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) problems.push(`no outline around ${name}`)
      // A region larger than the screen is shown by its edge; what is smaller is shown whole.
      if (box.height < innerHeight * 0.5) {
        if (box.bottom > innerHeight + 1 || box.top < -1) problems.push(`outside the screen: ${name}`)
        for (const bar of document.querySelectorAll('.menu,.changes,.band,.top,[data-bar]')) {
          if (bar.contains(el) || !['fixed', 'sticky'].includes(getComputedStyle(bar).position)) continue
          const over = bar.getBoundingClientRect()
          const across = Math.min(box.right, over.right) - Math.max(box.left, over.left)
          const down = Math.min(box.bottom, over.bottom) - Math.max(box.top, over.top)
          if (across > 1 && down > 1) problems.push(`under ${bar.className}: ${name}`)
        }
      }
      return { id: el.tabNumber, problems }
    })
    if (!told || seen.has(told.id)) break
    seen.add(told.id)
    wrong.push(...told.problems.map((text) => `${how}, focus: ${text}`))
  }
  if (seen.size < 5) wrong.push(`${how}: the tabulator reaches ${seen.size} things only`)
  return wrong
}
