// The page that checks evidence files: its answers beside ours, with the network off; what it shows of each verdict; what it says
// without script, and where the browser lacks Ed25519.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { programs } from './fleet.mjs'

/** Files with our own checker's answers. */
export function cases() {
  const program = join(programs(), 'evidence-cases')
  if (!existsSync(program)) throw new Error(`${program} is not there: run cargo build --release --workspace --bins first`)
  return execFileSync(program, { maxBuffer: 1 << 30, encoding: 'utf8' }).trim().split('\n').map((line) => JSON.parse(line))
}

// Each altered byte takes a browser half a millisecond, and its way there more: every seventh is tried here, all of them elsewhere.
const some = (all) => all.filter(({ exact }, place) => exact || place % 7 === 0)

/** Opens the page, takes the network away, and compares. */
export async function compare(page, url, all) {
  const wrong = []
  await page.goto(`${url}/verify`)
  await page.waitForSelector('#verify:not([hidden])')
  const script = await page.getAttribute('script[src*="/verify."]', 'src')
  await page.evaluate((src) => import(src), script)
  await page.context().setOffline(true)
  for (const { name, file, key, exact, verdict, steps } of some(all)) {
    const said = await page.evaluate(async ([src, digits, given]) => {
      const { check } = await import(src)
      const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16))
      const report = await check(bytes, given)
      return { verdict: report.verdict, steps: report.steps }
    }, [script, file, key])
    const same = said.verdict === verdict && (!exact || JSON.stringify(said.steps) === JSON.stringify(ordered(steps, said.steps)))
    if (!same) wrong.push(`${name}: ours ${verdict} ${JSON.stringify(steps)}, the page's ${JSON.stringify(said)}`)
  }
  return wrong
}

const ordered = (steps, like) => Object.keys(steps).length === Object.keys(like).length
  ? Object.fromEntries(Object.keys(like).map((name) => [name, steps[name]])) : steps

/** What a person sees: the file is chosen, the network is off, and the three answers look different. */
export async function shown(page, url, all, picture) {
  const wrong = []
  await page.goto(`${url}/verify`)
  await page.waitForSelector('#verify:not([hidden])')
  await page.context().setOffline(true)
  const one = (name) => all.find((each) => each.name === name)
  for (const [name, verdict] of [['genuine', 'genuine'], ['another serial', 'not_genuine'], ['no key', 'cannot_tell']]) {
    const { file, key } = one(name)
    await page.evaluate((text) => { document.getElementById('key').value = text }, JSON.stringify(key))
    await page.setInputFiles('#file', { name: 'evidence.json', mimeType: 'application/json', buffer: Buffer.from(file, 'hex') })
    await page.waitForSelector(`#result[data-verdict=${verdict}]`)
    if (!await page.evaluate(() => document.activeElement?.id === 'verdict')) wrong.push(`${name}: the verdict has not the focus`)
    const words = await page.locator('#verdict').innerText()
    if (!words.trim()) wrong.push(`${name}: no verdict is shown`)
    const says = await page.locator('#says').isVisible()
    if (says !== (verdict !== 'not_genuine')) wrong.push(`${name}: what the file says is ${says ? '' : 'not '}shown`)
    if (says && !(await page.locator('[data-trust=no_ledger]').isVisible())) wrong.push(`${name}: nothing is said of the missing log`)
    await picture(`verify.${verdict}`)
  }
  await page.context().setOffline(false)
  return wrong
}

/** Without Ed25519 nobody can tell, and the program that can is named. */
export async function without(page, url, all) {
  await page.addInitScript(() => {
    const { importKey } = SubtleCrypto.prototype
    SubtleCrypto.prototype.importKey = function (format, data, kind, ...rest) {
      if (kind === 'Ed25519') return Promise.reject(new DOMException('not here', 'NotSupportedError'))
      return importKey.call(this, format, data, kind, ...rest)
    }
  })
  await page.goto(`${url}/verify`)
  const { file, key } = all.find((each) => each.name === 'genuine')
  await page.evaluate((text) => { document.getElementById('key').value = text }, JSON.stringify(key))
  await page.setInputFiles('#file', { name: 'evidence.json', mimeType: 'application/json', buffer: Buffer.from(file, 'hex') })
  await page.waitForSelector('#result[data-verdict=cannot_tell]')
  return await page.locator('#here').isVisible() ? [] : ['a browser without Ed25519 is not told so']
}

/** Without script the page says that, and names the program. */
export async function plain(page, url) {
  await page.goto(`${url}/verify`)
  const text = await page.locator('main').innerText()
  const wrong = text.includes('holdfast verify') ? [] : ['without script the program is not named']
  if (await page.locator('#file').isVisible()) wrong.push('without script there is a file button that does nothing')
  return wrong
}
