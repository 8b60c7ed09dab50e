// A small fleet of the suite's own: the lab, in a folder that goes away with it.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const REPOSITORY = resolve(fileURLToPath(import.meta.url), '../../..')
const READY_WITHIN_MS = 120_000
const STOPPED_WITHIN_MS = 30_000

/** Where the programs are. */
export function programs() {
  return process.env.HOLDFAST_PROGRAMS ?? join(REPOSITORY, 'target/release')
}

/** Starts it; gives its address, how to sign in, and `stop`. */
export async function start() {
  const lab = join(programs(), 'lab')
  if (!existsSync(lab)) throw new Error(`${lab} is not there: run cargo build --release --workspace --bins first, or give --url`)
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-browser-'))
  const child = spawn(lab, ['--data', join(folder, 'lab'), '--port', '0', '--nodes', '3'], {
    cwd: REPOSITORY,
    env: { ...process.env, HOLDFAST_PROGRAMS: programs() },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const keep = (chunk) => { said = (said + chunk).slice(-20_000) }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const ended = new Promise((done) => child.once('exit', (code) => done(code)))
  const stop = async () => {
    child.kill('SIGTERM')
    const late = new Promise((done) => setTimeout(done, STOPPED_WITHIN_MS, 'late').unref())
    if (await Promise.race([ended, late]) === 'late') child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  const begun = Date.now()
  while (Date.now() - begun < READY_WITHIN_MS) {
    const url = said.match(/Open\s+(http:\/\/\S+?)\/?\s/)?.[1]
    const signIn = said.match(/Sign in\s+name (\S+), password: the line in (\S+)/)
    const signIns = said.match(/their lines in (\S+)/)?.[1]
    if (url && signIn) return { url, user: signIn[1], passwordFile: signIn[2], signIns, stop }
    if (child.exitCode !== null) break
    await new Promise((done) => setTimeout(done, 100))
  }
  await stop()
  throw new Error(`the fleet did not come up; its last words:\n${said}`)
}
