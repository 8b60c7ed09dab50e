// What moves on a page: cells change in place, ages go on by the controller's clock, a quiet feed is said, pause works.

/** Gives sentences for what is wrong. `page` is signed in. */
export async function live(page, url) {
  const wrong = []
  await page.goto(`${url}/nodes`)
  await page.waitForFunction(() => document.getElementById('feed').textContent === document.getElementById('feed').dataset.on, null, { timeout: 20_000 })
    .catch(() => wrong.push('the page never says that it is live'))

  const before = await page.evaluate(() => ({
    rows: [...document.querySelectorAll('tr[data-row]')].map((row) => row.dataset.row),
    made: document.body.dataset.made,
  }))
  await page.evaluate(() => { window.kept = document.querySelector('tr[data-row] a'); window.kept.focus() })
  const seen = await page.waitForFunction(() => [...document.querySelectorAll('td.c-age time')].some((time) => Number(time.dataset.age) > Number(document.body.dataset.made)), null, { timeout: 45_000 })
    .then(() => true, () => false)
  if (!seen) wrong.push('no report arrived on the page within 45 s')
  const after = await page.evaluate(() => ({
    rows: [...document.querySelectorAll('tr[data-row]')].map((row) => row.dataset.row),
    focus: document.activeElement === window.kept || document.activeElement?.matches('tr[data-row] a'),
  }))
  if (before.rows.join() !== after.rows.join()) wrong.push('rows moved by themselves')
  if (!after.focus) wrong.push('the focus was lost when a cell changed')

  wrong.push(...await laterRows(page))
  wrong.push(...await comesBack(page))

  await page.click('#pause')
  const paused = await page.textContent('#feed')
  if (paused !== await page.getAttribute('#feed', 'data-paused')) wrong.push('pause does not say that it paused')
  await page.click('#pause')
  return wrong
}

/** A row that is new to the list is told by the bar; nothing on the page moves for it. */
async function laterRows(page) {
  const wrong = []
  await page.route('**/nodes?part=live', async (route) => {
    const answer = await route.fetch()
    const html = (await answer.text()).replace(/(<tr data-row=")n?[0-9a-z]+("[^]*?<\/tr>)/, (row, head, rest) => `${head}nzzzzzzz0${rest}${row}`)
    await route.fulfill({ response: answer, body: html })
  })
  // The order of all, and where the first one is: an age that grows a word may make a row higher, and nothing else may move it.
  const places = () => page.evaluate(() => {
    const rows = [...document.querySelectorAll('tr[data-row]')]
    return `${rows.map((row) => row.dataset.row).join()} at ${rows[0]?.getBoundingClientRect().top}`
  })
  const before = await places()
  const told = await page.waitForSelector('.changes', { timeout: 30_000 }).then(() => true, () => false)
  if (!told) wrong.push('new rows are not told')
  else {
    const after = await places()
    if (after !== before) wrong.push(`rows moved when new ones were told: ${before} became ${after}`)
    if (!/\d/.test(await page.textContent('.changes')) || await page.locator('.changes a').count() !== 1) wrong.push('the bar of new rows says no number or has no way to show them')
    if (await page.getAttribute('.changes', 'role') !== 'status') wrong.push('the bar of new rows is not told to a screen reader')
  }
  await page.unroute('**/nodes?part=live')
  return wrong
}

/** A tab that comes back does not say that it is live before it has asked again. */
async function comesBack(page) {
  const wrong = []
  let open = () => {}
  const gate = new Promise((done) => { open = done })
  await page.route('**/nodes?part=live', async (route) => { await gate; await route.continue() })
  const hide = (hidden) => page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
  const says = () => page.$eval('#feed', (el) => (el.textContent === el.dataset.on ? 'live' : el.textContent === el.dataset.asking ? 'asking' : el.textContent))
  await hide(true)
  await hide(false)
  if (await says() !== 'asking') wrong.push(`a tab that came back says “${await says()}” before it asked again`)
  open()
  await page.waitForFunction(() => document.getElementById('feed').textContent === document.getElementById('feed').dataset.on, null, { timeout: 10_000 })
    .catch(() => wrong.push('a tab that came back does not become live'))
  await page.unroute('**/nodes?part=live')
  return wrong
}

/** The feed stops: after half a minute the page says so, ages go on; the browser's clock, an hour off, changes no age. */
export async function quiet(context, url) {
  const wrong = []
  const page = await context.newPage()
  await page.addInitScript(() => {
    const real = Date.now
    Date.now = () => real() + 3_600_000
  })
  await page.route('**/api/v1/live*', (route) => route.abort())
  await page.goto(`${url}/nodes`)
  const age = () => page.evaluate(() => Math.max(...[...document.querySelectorAll('td.c-age time')].map((time) => Number(document.body.dataset.made) - Number(time.dataset.age))))
  if (await age() > 3_000_000) wrong.push("an age follows the browser's clock")
  const text = () => page.$eval('td.c-age time', (time) => time.textContent)
  const first = await text()
  const said = await page.waitForSelector('#band:not([hidden])', { timeout: 45_000 }).then(() => true, () => false)
  if (!said) wrong.push('a quiet feed is not said within 45 s')
  else {
    if (!/\d\d:\d\d:\d\d UTC/.test(await page.textContent('#band'))) wrong.push('the band does not say since when')
    if (await page.textContent('#feed') !== await page.textContent('#band')) wrong.push('the header does not say that live updates stopped')
  }
  if (await text() === first) wrong.push('ages stood still while the feed was quiet')
  await page.close()
  return wrong
}

/** Keys: go to, rows, filters, ages or times, pause, help; nothing inside a field, nothing when they are switched off. */
export async function keys(page, url) {
  const wrong = []
  const leads = async (pressed, path) => {
    for (const key of pressed) await page.keyboard.press(key)
    await page.waitForURL((at) => at.pathname + at.hash === path, { timeout: 5_000 }).catch(() => wrong.push(`${pressed.join(' ')} leads to ${page.url()}, not to ${path}`))
  }
  await page.goto(`${url}/`)
  await leads(['g', 's'], '/sites')
  await leads(['g', 'o'], '/')
  await leads(['/'], '/nodes#text')
  if (!await page.evaluate(() => document.activeElement?.id === 'text')) wrong.push('/ does not go to the search')
  await page.keyboard.type('gs')
  if (await page.inputValue('#text') !== 'gs' || !page.url().includes('/nodes')) wrong.push('keys act inside a field')
  await page.goto(`${url}/`)
  await leads(['g', 'n'], '/nodes')
  await page.keyboard.press('f')
  if (!await page.evaluate(() => document.activeElement?.closest('.facets'))) wrong.push('f does not go to the filters')
  const row = () => page.evaluate(() => [...document.querySelectorAll('tbody tr')].indexOf(document.activeElement?.closest('tbody tr')))
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  if (await row() !== 1) wrong.push('j does not go down the rows')
  await page.keyboard.press('k')
  if (await row() !== 0) wrong.push('k does not go up the rows')
  await page.keyboard.press('.')
  if (!/^\d{4}-\d\d-\d\d/.test(await page.$eval('td.c-age time', (time) => time.textContent))) wrong.push('. does not show times')
  await page.keyboard.press('p')
  if (await page.textContent('#feed') !== await page.getAttribute('#feed', 'data-paused')) wrong.push('p does not pause')
  await leads(['Enter'], await page.evaluate(() => document.activeElement.pathname))
  await leads(['?'], '/help#keys')
  const listed = await page.$$eval('.keys kbd', (all) => all.map((key) => key.textContent))
  for (const key of ['/', 'f', 'g o', 'g s', 'g n', 'j', 'k', 'Enter', '.', 'p', '?']) if (!listed.includes(key)) wrong.push(`the help does not list the key ${key}`)
  await page.context().addCookies([{ name: 'holdfast-keys', value: 'off', url }])
  await page.goto(`${url}/`)
  for (const key of ['g', 'n', '?', 'p']) await page.keyboard.press(key)
  await page.waitForTimeout(300)
  if (new URL(page.url()).pathname !== '/' || await page.textContent('#feed') === await page.getAttribute('#feed', 'data-paused')) wrong.push('keys act although they are switched off')
  await page.context().clearCookies({ name: 'holdfast-keys' })
  return wrong
}

/** A filter, a thing, back, forward: each address shows again what it showed. */
export async function backAndForward(page, url) {
  const wrong = []
  await page.goto(`${url}/nodes`)
  await page.locator('.facets a').nth(1).click()
  const list = page.url()
  const heading = () => page.textContent('h1')
  await page.locator('tr[data-row] a.serial').first().click()
  const [thing, name] = [page.url(), await heading()]
  await page.locator('.facets a').nth(1).click()
  await page.goBack()
  if (page.url() !== thing || await heading() !== name) wrong.push('back does not lead to the range before')
  await page.goBack()
  if (page.url() !== list) wrong.push('back does not lead to the filtered list')
  if (await page.locator('.facets [aria-current]').textContent() === await page.locator('.facets a').first().textContent()) wrong.push('the filter is lost on the way back')
  await page.goForward()
  if (page.url() !== thing || await heading() !== name) wrong.push('forward does not lead to the thing again')
  return wrong
}

/** A chart takes the focus, is read out by the arrow keys, and has its table. */
export async function chart(page, url, node) {
  const wrong = []
  await page.goto(`${url}${node}?range=1h`)
  const box = page.locator('[data-chart]').first()
  if (await box.count() === 0) return ['no chart on the page of a node']
  await box.focus()
  await page.waitForSelector('.uplot canvas', { timeout: 15_000 }).catch(() => wrong.push('the chart is not drawn anew under the focus'))
  await page.keyboard.press('ArrowLeft')
  await page.waitForFunction(() => document.querySelector('.point')?.textContent.length > 0, null, { timeout: 5_000 })
    .catch(() => wrong.push('the arrow keys read no point'))
  await page.locator('.under a').first().click()
  await page.waitForSelector('#table')
  if (await page.locator('table tbody tr').count() === 0) wrong.push('the table of a chart is empty')
  return wrong
}
