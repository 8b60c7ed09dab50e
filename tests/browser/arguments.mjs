// Command line of the suite.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const USAGE = `node tests/browser/run.mjs [--url URL --user NAME --password-file FILE [--sign-ins FILE]] [--out DIR] [--only STEPS] [--chromium PATH]

Without --url it starts a small fleet of its own, with the programs in HOLDFAST_PROGRAMS or target/release.
--sign-ins is the lab's file of its other people; without it their pages are left out.
--out keeps a picture of every page that was visited. --only names steps, with commas between: seeded, pages, plain, fit, eyes,
nobody, weight, charts, verify, live.`

export function read() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      user: { type: 'string' },
      'password-file': { type: 'string' },
      'sign-ins': { type: 'string' },
      out: { type: 'string' },
      only: { type: 'string' },
      chromium: { type: 'string', default: '/usr/bin/chromium' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  if (values.url && !(values.user && values['password-file'])) {
    console.error(USAGE)
    process.exit(2)
  }
  return values
}

export function password(file) {
  return readFileSync(file, 'utf8').trim()
}
