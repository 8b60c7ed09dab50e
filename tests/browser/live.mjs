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

  await page.click('#pause')
  const paused = await page.textContent('#feed')
  if (paused !== await page.getAttribute('#feed', 'data-paused')) wrong.push('pause does not say that it paused')
  await page.click('#pause')
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
  else if (!(await page.textContent('#band')).includes('UTC')) wrong.push('the band does not say since when')
  if (await text() === first) wrong.push('ages stood still while the feed was quiet')
  await page.close()
  return wrong
}

/** Keys: go to, rows, ages or times, and nothing inside a field. */
export async function keys(page, url) {
  const wrong = []
  await page.goto(`${url}/`)
  await page.keyboard.press('g')
  await page.keyboard.press('n')
  await page.waitForURL('**/nodes', { timeout: 5_000 }).catch(() => wrong.push('g n does not go to the nodes'))
  await page.keyboard.press('j')
  if (!await page.evaluate(() => document.activeElement?.matches('tbody tr a'))) wrong.push('j does not go to a row')
  await page.keyboard.press('.')
  if (!/^\d{4}-\d\d-\d\d/.test(await page.$eval('td.c-age time', (time) => time.textContent))) wrong.push('. does not show times')
  await page.keyboard.press('/')
  await page.keyboard.type('gn')
  if (await page.inputValue('#text') !== 'gn') wrong.push('keys act inside a field')
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
