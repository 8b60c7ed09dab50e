// A controller that nobody can sign in to yet: its first page, what its form refuses, and the empty pages behind it.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programs } from './fleet.mjs'

const READY_WITHIN_MS = 30_000

/** Starts it on ports of the machine's choice; gives its address, its one-time code, and `stop`. */
export async function empty() {
  const program = join(programs(), 'holdfast-controller')
  if (!existsSync(program)) throw new Error(`${program} is not there`)
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-first-'))
  const data = join(folder, 'data')
  const said = execFileSync(program, ['init', '--data', data, '--name', '127.0.0.1'], { encoding: 'utf8' })
  const code = said.match(/One-time code.*: (\S+)/)?.[1]
  const settings = readFileSync(join(data, 'controller.toml'), 'utf8')
  writeFileSync(join(data, 'controller.toml'), `${settings.replace(/^\[listen\][^[]*/m, '')}\n[listen]\nhttps = "127.0.0.1:0"\nmqtt = "127.0.0.1:0"\nhttp = "127.0.0.1:0"\n`)
  const child = spawn(program, ['run', '--data', data], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk) => { log = (log + chunk).slice(-5_000) })
  const ended = new Promise((done) => child.once('exit', done))
  const stop = async () => { child.kill('SIGTERM'); await ended; rmSync(folder, { recursive: true, force: true }) }
  const begun = Date.now()
  while (Date.now() - begun < READY_WITHIN_MS && child.exitCode === null) {
    if (existsSync(join(data, 'ports.json'))) {
      const { http } = JSON.parse(readFileSync(join(data, 'ports.json'), 'utf8'))
      if (await fetch(`http://127.0.0.1:${http}/readyz`).then((answer) => answer.ok, () => false)) return { url: `http://127.0.0.1:${http}`, code, stop }
    }
    await new Promise((done) => setTimeout(done, 100))
  }
  await stop()
  throw new Error(`the empty controller did not come up:\n${log}`)
}

/** A refused form: summary first and with the focus, a title that begins with "Error:", the same words at the field. */
export async function refused(page, what, field, prefix = 'Error:') {
  const wrong = []
  const told = await page.evaluate((field) => {
    const summary = document.querySelector('.summary')
    const input = document.getElementById(field)
    const why = (input?.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)).find((el) => el?.matches('.error'))
    return {
      summary: summary?.querySelector('p')?.textContent.trim(),
      focused: document.activeElement === summary,
      link: summary?.querySelector('a')?.getAttribute('href'),
      invalid: input?.getAttribute('aria-invalid'),
      why: why?.textContent.trim(),
    }
  }, field)
  if (!told.summary) return [`${what}: no error summary`]
  if (!told.focused) wrong.push(`${what}: the error summary has not the focus`)
  if (!(await page.title()).startsWith(prefix)) wrong.push(`${what}: the title does not begin with “${prefix}”: ${await page.title()}`)
  if (told.invalid !== 'true') wrong.push(`${what}: the field is not marked`)
  if (told.why !== told.summary) wrong.push(`${what}: the field says “${told.why}”, the summary “${told.summary}”`)
  if (told.link !== `#${field}`) wrong.push(`${what}: the summary leads to ${told.link}`)
  else {
    await page.click('.summary a')
    if (!await page.evaluate((field) => document.activeElement?.id === field, field)) wrong.push(`${what}: the summary's link does not lead into the field`)
  }
  return wrong
}

/** From nobody to the first administrator, with each refusal on the way. */
export async function first(page, controller) {
  const wrong = []
  await page.goto(`${controller.url}/sign-in`)
  await page.click('main a[href="/first"]')
  const fill = async (code, name, password) => {
    await page.fill('#code', code)
    await page.fill('#name', name)
    await page.fill('#password', password)
    await page.evaluate(() => { document.querySelector('main form').noValidate = true })
    await page.click('main form .button')
  }
  await fill('AAAA-AAAA-AAAA-AAAA', 'olena', 'five quiet words make it')
  wrong.push(...await refused(page, '/first with a wrong code', 'code'))
  if (await page.inputValue('#code') !== 'AAAA-AAAA-AAAA-AAAA' || await page.inputValue('#name') !== 'olena') wrong.push('/first: what was typed is not kept')
  if (await page.inputValue('#password') !== '') wrong.push('/first: the password comes back in the page')
  await fill(controller.code, 'olena', 'short')
  wrong.push(...await refused(page, '/first with a short password', 'password'))
  await fill(controller.code, 'olena', 'five quiet words make it')
  if (new URL(page.url()).pathname !== '/') wrong.push(`/first leads to ${page.url()}`)
  return wrong
}
