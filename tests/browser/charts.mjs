// Ranges and files of a chart: what is asked for is in the address, and CSV, table, canvas and picture hold the same points.
import { readFileSync } from 'node:fs'
import { refused } from './first.mjs'

/** Ranges of their own: the form, its refusals, the link. */
export async function ranges(page, url, node) {
  const wrong = []
  await page.goto(`${url}${node}?range=1h`)
  await page.click('.own summary')
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(await page.inputValue('#from'))) wrong.push('the form of an own range does not begin with the range that is shown')
  const end = new Date(Date.parse(`${await page.inputValue('#to')}Z`) + 60_000)
  const text = (at) => at.toISOString().slice(0, 16)
  await page.fill('#from', text(end))
  await page.fill('#to', text(new Date(end - 600_000)))
  await page.click('.own button')
  wrong.push(...await refused(page, 'an own range that ends before it begins', 'to'))
  await page.fill('#from', '')
  await page.click('.own button')
  wrong.push(...await refused(page, 'an own range without a begin', 'from'))
  await page.fill('#from', text(new Date(end - 1_800_000)))
  await page.fill('#to', text(end))
  await page.click('.own button')
  if (await page.locator('.summary').count()) wrong.push('an own range of half an hour is refused')
  const shown = () => page.$$eval('.x', (all) => all.map((axis) => axis.textContent).join())
  const link = page.url()
  if (!link.includes('from=') || !link.includes('to=')) wrong.push('an own range is not in the address')
  // To the same end: what lies ahead of now is not shown, and now moves on.
  const still = link.replace(/to=[^&]*/, `to=${encodeURIComponent(text(new Date(end - 120_000)))}`)
  await page.goto(still)
  const before = await shown()
  const other = await page.context().newPage()
  await other.goto(still)
  const again = await other.$$eval('.x', (all) => all.map((axis) => axis.textContent).join())
  await other.close()
  if (again !== before) wrong.push('the same link shows another range')
  return wrong
}

/** CSV = table = what the canvas is drawn from; a workbook is one; the picture is one and says what it shows. */
export async function files(page, url, chart) {
  const wrong = []
  await page.goto(`${url}${chart}`)
  const csvLink = await page.getAttribute('.files a[href*="chart.csv"]', 'href')
  const get = (path) => page.evaluate(async (path) => { const answer = await fetch(path); return { type: answer.headers.get('content-type'), text: await answer.text() } }, path)
  const csv = await get(csvLink)
  const lines = csv.text.split('\r\n').filter(Boolean).map((line) => line.split(','))
  const table = await page.$$eval('.points tbody tr', (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)).reverse())
  if (!csv.type.startsWith('text/csv')) wrong.push(`the CSV is ${csv.type}`)
  if (!/\(UTC\)/.test(lines[0][0]) || lines[0].slice(1, 4).some((name) => !/\(.+\)$/.test(name))) wrong.push(`headings without units: ${lines[0].slice(0, 5)}`)
  if (lines.length - 1 !== table.length) wrong.push(`the CSV has ${lines.length - 1} rows, the table ${table.length}`)
  const digits = (text) => Number(text.replace(/[^0-9.-]/g, ''))
  for (const [index, row] of table.entries()) {
    const line = lines[index + 1] ?? []
    if (line[0] !== row[0] || Math.round(line[4]) !== digits(row[4])) { wrong.push(`row ${index}: CSV ${line.slice(0, 5)}, table ${row}`); break }
  }
  const json = JSON.parse((await get(await page.getAttribute('[data-chart]', 'data-chart'))).text)
  const drawn = json.points.map((point) => [new Date(point.at).toISOString().slice(0, 19), point.min, point.mean, point.max].join())
  const written = lines.slice(1).map((line) => [line[0].slice(0, 19), ...line.slice(1, 4).map(Number)].join())
  if (drawn.join(' ') !== written.join(' ')) wrong.push('the canvas is drawn from other points than the CSV holds')
  const [book] = await Promise.all([page.waitForEvent('download'), page.click('.files a[href*="chart.xlsx"]')])
  if (!/^holdfast-node-[a-z0-9]+-[a-z0-9_]+-\d{8}T\d{6}Z\.xlsx$/.test(book.suggestedFilename())) wrong.push(`the workbook is called ${book.suggestedFilename()}`)
  if (readFileSync(await book.path()).subarray(0, 2).toString() !== 'PK') wrong.push('the workbook is none')
  const [picture] = await Promise.all([page.waitForEvent('download'), page.click('[data-picture]')])
  const bytes = readFileSync(await picture.path())
  if (!/\.png$/.test(picture.suggestedFilename()) || bytes.subarray(1, 4).toString() !== 'PNG') wrong.push('the picture is none')
  const plain = await page.$eval('[data-picture]', (el) => `${el.dataset.title}\n${el.dataset.says}\n${el.dataset.made}`)
  if (!/\d %|\d\u202f%/.test(plain) || !plain.includes('{time}') || !/UTC/.test(plain)) wrong.push(`the picture does not say range, coverage and when it was made: ${plain}`)
  return { wrong, picture: bytes }
}
