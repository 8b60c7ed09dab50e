// Checks an evidence file in the browser: docs/formats/evidence.md, step by step. Nothing is sent; with the network off it does the
// same. Every word on the page is the server's: this module only shows and hides them.
const page = document.getElementById('verify')
const MAX = 256 * 1024
const WEEK = 7 * 864e5
const QUARTER = 6 * 36e5
const START = '{\n  "format": "holdfast evidence"'
const END = ['\n  "signature": "', '"\n}\n']
const SOURCES = { system: 1, system_uuid: 2, board: 3, chassis: 4, disk: 5, interface: 6, dish: 7, ups: 8 }
const KINDS = { system: 'serial', board: 'serial', chassis: 'serial', disk: 'disk_serial', ups: 'ups_serial' }
const ALL_KINDS = ['serial', 'kit', 'utid', 'imei', 'mac', 'smbios_uuid', 'tpm_key', 'disk_serial', 'ups_serial']
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz'
const OID = { name: '550403', basic: '551d13' }

class Fault extends Error {} // a step does not hold
class Unknown extends Error {} // a step cannot be told
const need = (holds, why) => { if (!holds) throw new Fault(why) }

const utf8 = new TextEncoder()
const latin = (bytes) => Array.from(bytes, (b) => String.fromCharCode(b)).join('')
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
const bytesOf = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16))
const join = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0)
  return all
}
const same = (a, b) => hex(a) === hex(b)
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

// Fields and types, exactly.
const text = (v) => typeof v === 'string'
const whole = (v) => Number.isSafeInteger(v)
const count = (v) => whole(v) && v >= 0 && v < 2 ** 32
const digits = (v) => text(v) && v.length % 2 === 0 && /^[0-9a-f]*$/.test(v)
const id = (v) => text(v) && /^[0-9a-hjkmnp-tv-z]{8}$/.test(v)
const or = (fits) => (v) => v === null || fits(v)
const list = (fits) => (v) => Array.isArray(v) && v.every(fits)
const shape = (types) => (v) => v !== null && typeof v === 'object' && Object.keys(v).length === Object.keys(types).length &&
  Object.entries(types).every(([name, fits]) => Object.hasOwn(v, name) && fits(v[name]))
const BINDING = shape({
  kind: (v) => ALL_KINDS.includes(v), value: text, node: id, key_sha256: digits, bound_ms: whole, ended_ms: or(whole), by_sha256: digits,
})
const SHOWN = shape({ place: (v) => whole(v) && v >= 0, salt: digits, source: text, part: text, serial: text, detail: text })
const STATED = shape({
  head: digits, signature: digits, clock: (v) => v === 'node' || v === 'controller', at_ms: whole, error_ms: whole, shown: SHOWN,
})
const FILE = shape({
  format: (v) => v === 'holdfast evidence', version: (v) => v === 1, fleet: text, made_ms: whole, item: id, model: text,
  week: (v) => text(v) && weekStart(v) !== null, level: (v) => ['E0', 'E1', 'E2'].includes(v), observations: count,
  longest_gap_ms: whole, binding: or(BINDING), statements: list(STATED), certificates: list(digits), ledger: or(digits), key: digits,
})
const KEY = shape({
  format: (v) => v === 'holdfast verification key', version: (v) => v === 1, fleet: text, root_sha256: digits, evidence_keys: list(digits),
})

function weekStart(label) {
  const found = /^(\d{4})-W(\d{2})$/.exec(label)
  if (!found || found[1] < '1970') return null
  const [year, week] = [Number(found[1]), Number(found[2])]
  // The fourth of January lies in the first week.
  const january = (y) => { const day = Date.UTC(y, 0, 4); return day - (new Date(day).getUTCDay() + 6) % 7 * 864e5 }
  const start = january(year) + (week - 1) * WEEK
  return week >= 1 && start < january(year + 1) ? start : null
}

function open(bytes) {
  if (bytes.length > MAX) throw new Unknown('size')
  const all = latin(bytes)
  const at = all.length - END[1].length - 128
  const signature = all.slice(at, at + 128)
  const front = all.slice(0, Math.max(at, 0))
  if (at < 0 || !all.endsWith(END[1]) || !digits(signature) || !front.endsWith(END[0])) {
    if (all.startsWith(START)) throw new Fault('end')
    throw new Unknown('no evidence file')
  }
  const body = bytes.slice(0, at - END[0].length)
  let file, json
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body).replace(/,$/, '\n}')
    file = JSON.parse(json)
  } catch { throw new Fault('JSON') }
  if (file && count(file.version) && file.version !== 1) throw new Unknown('version')
  // Written again it is the same: so no field is there twice.
  need(FILE(file) && JSON.stringify(file, null, 2) === json, 'fields')
  return { file, body, signature: bytesOf(signature) }
}

// A statement's signed head.
function headOf(bytes) {
  let at = 0
  const take = (n) => { need(at + n <= bytes.length, 'cut'); return bytes.subarray(at, at += n) }
  const varint = (most) => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte] = take(1)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) { need((byte || !shift) && value <= most, 'number'); return value }
    }
    throw new Fault('number')
  }
  need(take(1)[0] === 1, 'version')
  const node = take(5)
  const instant = `${varint(2n ** 32n - 1n)} ${varint(2n ** 64n - 1n)}`
  const [trust] = take(1)
  need(trust < 2, 'clock')
  let clock = null
  if (trust) {
    const zigzag = varint(2n ** 64n - 1n)
    need(!(zigzag & 1n) && zigzag >> 1n <= 253402300799999n, 'wall')
    clock = [Number(zigzag >> 1n), Number(varint(86400000n))]
  }
  try { new TextDecoder('utf-8', { fatal: true }).decode(take(Number(varint(64n)))) } catch { throw new Fault('text') }
  const found = Array.from({ length: Number(varint(64n)) }, () => take(32))
  need(at === bytes.length, 'left over')
  return { node, instant, clock, digests: found }
}

const nodeBytes = (name) => {
  const number = [...name].reduce((sum, c) => sum * 32 + BASE32.indexOf(c), 0)
  return Uint8Array.from([4, 3, 2, 1, 0], (place) => Math.floor(number / 256 ** place) % 256)
}
const short = (value, most) => {
  const bytes = utf8.encode(value)
  need(bytes.length <= most, 'too long')
  return join([bytes.length], bytes) // at most 64, so that the length is its own varint
}
function claim(shown) {
  const salt = bytesOf(shown.salt)
  need(Object.hasOwn(SOURCES, shown.source) && salt.length === 16, 'claim')
  const parts = [[SOURCES[shown.source]], short(shown.part, 32), [1], short(shown.serial, 64), short(shown.detail, 64)]
  return sha256(join(utf8.encode('holdfast claim v1\0'), salt, ...parts))
}

// X.509, as much of it as a chain of three needs.
function der(bytes, at = 0) {
  need(at + 2 <= bytes.length, 'DER')
  let size = bytes[at + 1], from = at + 2
  if (size > 127) {
    const more = size & 127
    need(more > 0 && more < 4, 'DER')
    size = 0
    for (let i = 0; i < more; i++) size = size * 256 + bytes[from++]
  }
  need(from + size <= bytes.length, 'DER')
  const all = bytes.subarray(at, from + size), inside = bytes.subarray(from, from + size)
  return { tag: bytes[at], all, inside, end: from + size }
}
function within(value) {
  const found = []
  for (let at = 0; at < value.length;) { const one = der(value, at); found.push(one); at = one.end }
  return found
}
function instant(value) {
  const long = value.tag === 24
  const found = new RegExp(`^(\\d{${long ? 4 : 2}})(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)Z$`).exec(latin(value.inside))
  need(found, 'time')
  const [year, month, ...rest] = found.slice(1).map(Number)
  return Date.UTC(long ? year : year + (year < 50 ? 2000 : 1900), month - 1, ...rest)
}
function certificate(bytes) {
  const outer = der(bytes)
  need(outer.end === bytes.length, 'left over')
  const [tbs, , bits] = within(outer.inside)
  const parts = within(tbs.inside).filter((part) => part.tag !== 0xa0)
  const [, , issuer, validity, subject, key] = parts
  const names = within(subject.inside).flatMap((set) => within(set.inside)).map((pair) => within(pair.inside))
  const lists = parts.filter((part) => part.tag === 0xa3).flatMap((part) => within(within(part.inside)[0].inside))
  const basic = lists.map((one) => within(one.inside)).find(([name]) => hex(name.inside) === OID.basic)
  const inside = basic ? within(within(basic.at(-1).inside)[0].inside) : []
  const [r, s] = within(within(bits.inside.subarray(1))[0].inside).map((one) => {
    const plain = hex(one.inside).replace(/^(00)+/, '').padStart(64, '0')
    return bytesOf(plain)
  })
  const [from, to] = within(validity.inside).map(instant)
  return {
    tbs: tbs.all, issuer: issuer.all, subject: subject.all, spki: key.all, signature: join(r, s), from, to,
    authority: inside[0]?.tag === 1 && inside[0].inside[0] === 255,
    names: names.filter(([name]) => hex(name.inside) === OID.name).map(([, value]) => latin(value.inside)),
  }
}
const certificates = (file) => {
  try { return file.certificates.map((one) => certificate(bytesOf(one))) } catch { throw new Fault('certificate') }
}
async function signed(spki, signature, bytes) {
  const kind = { name: 'ECDSA', namedCurve: 'P-256' }
  try {
    const key = await crypto.subtle.importKey('spki', spki, kind, false, ['verify'])
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, bytes)
  } catch { return false }
}

const steps = {
  async controller_signature({ file, body, signature }) {
    let key
    try {
      key = await crypto.subtle.importKey('raw', bytesOf(file.key), 'Ed25519', false, ['verify'])
    } catch (error) {
      // An old browser does not know the algorithm; one that does refuses what is no key.
      if (error.name === 'NotSupportedError' || error.name === 'TypeError') throw new Unknown('no Ed25519 here')
      throw new Fault('key')
    }
    const message = join(utf8.encode('holdfast evidence v1\0'), body)
    need(await crypto.subtle.verify('Ed25519', key, signature, message), 'altered')
  },
  async controller_key({ file, key }) {
    if (!key || key.fleet !== file.fleet || !key.evidence_keys.includes(file.key)) throw new Unknown('key')
  },
  async certificates({ file, key }) {
    const { binding, statements } = file
    const chain = certificates(file)
    need(binding && chain.length === 3, 'chain')
    const [node, middle, root] = chain
    for (const [above, below] of [[root, root], [root, middle], [middle, node]]) {
      need(same(above.subject, below.issuer) && await signed(above.spki, below.signature, below.tbs), 'signature')
    }
    need(!node.authority && middle.authority && root.authority, 'authority')
    need(node.names.length === 1 && node.names[0] === binding.node, 'node')
    need(hex(await sha256(node.spki)) === binding.key_sha256, 'key')
    const second = (ms) => Math.floor(ms / 1000) * 1000
    need(chain.every((one) => statements.every(({ at_ms: at }) => one.from <= second(at) && second(at) <= one.to)), 'validity')
    const hash = hex(await sha256(root.spki))
    need(hash.slice(0, 16) === file.fleet, 'fleet')
    if (!key || key.fleet !== file.fleet) throw new Unknown('key')
    need(hash === key.root_sha256, 'root')
  },
  async node_signature({ file }) {
    need(file.binding && file.certificates.length, 'binding')
    const [{ spki }] = certificates(file)
    const seen = new Set()
    for (const stated of file.statements) {
      const bytes = bytesOf(stated.head)
      const head = headOf(bytes)
      need(same(head.node, nodeBytes(file.binding.node)), 'node')
      need(await signed(spki, bytesOf(stated.signature), join(utf8.encode('holdfast statement v1\0'), bytes)), 'signature')
      const digest = head.digests[stated.shown.place]
      need(digest && same(digest, await claim(stated.shown)), 'claim')
      need(!seen.has(head.instant), 'twice')
      seen.add(head.instant)
    }
  },
  async binding({ file: { binding, statements } }) {
    need(binding && Object.values(KINDS).includes(binding.kind) && binding.by_sha256.length === 64, 'binding')
    for (const { shown, at_ms: at } of statements) {
      const written = shown.serial.trim().replace(/[a-z]/g, (c) => c.toUpperCase())
      need(KINDS[shown.source] === binding.kind && written === binding.value, 'serial')
      need(binding.bound_ms <= at && (binding.ended_ms === null || at < binding.ended_ms), 'time')
    }
  },
  async window({ file }) {
    const start = weekStart(file.week)
    const until = Math.min(start + WEEK, file.made_ms)
    need(until >= start, 'made')
    if (file.level !== 'E2') {
      need(!file.binding && !file.statements.length && !file.certificates.length, 'empty')
      need(file.observations === 0 && file.longest_gap_ms === until - start, 'empty')
      return
    }
    need(file.statements.length >= 1 && file.statements.length <= 28, 'number')
    let quarter = -1, before = start, longest = 0
    for (const { head, clock, at_ms: at, error_ms: error } of file.statements) {
      const said = headOf(bytesOf(head)).clock
      need(clock === 'node' ? said && said[0] === at && said[1] === error : said === null, 'clock')
      need(error >= 0 && start <= at - error && at + error < start + WEEK, 'week')
      const next = Math.floor((at - start) / QUARTER)
      need(next > quarter, 'order')
      longest = Math.max(longest, at - before)
      quarter = next
      before = at
    }
    need(file.observations === file.statements.length, 'number')
    need(file.longest_gap_ms === Math.max(longest, until - before), 'gap')
  },
}

async function answer(act) {
  try {
    await act()
    return 'genuine'
  } catch (error) {
    if (error instanceof Fault) return 'not_genuine'
    if (error instanceof Unknown) return 'cannot_tell'
    console.error(error)
    return 'cannot_tell'
  }
}

/** What a file is worth: a verdict, each step's own answer, and what the file says. */
export async function check(bytes, key) {
  const found = {}
  let opened = null
  found.form = await answer(async () => { opened = open(bytes) })
  if (opened) {
    if (!globalThis.crypto?.subtle) return { verdict: 'cannot_tell', steps: found, file: opened.file, here: false }
    const paper = opened.file.level !== 'E2'
    for (const [name, act] of Object.entries(steps)) {
      const needed = !paper || !['certificates', 'node_signature', 'binding'].includes(name)
      found[name] = needed ? await answer(() => act({ ...opened, key })) : 'not_needed'
    }
  }
  const answers = Object.values(found)
  const verdict = ['not_genuine', 'cannot_tell'].find((one) => answers.includes(one)) ?? 'genuine'
  return { verdict, steps: found, file: opened?.file }
}

function trusts(file) {
  const trust = ['key_from_elsewhere']
  if (file.level === 'E2') {
    trust.push('binding_by_word', 'issuer', 'node_key_kept', 'serial_by_software')
    if (file.statements.some(({ clock }) => clock === 'node')) trust.push('node_clock')
    if (file.statements.some(({ clock }) => clock === 'controller')) trust.push('controller_clock')
  } else trust.push('level_by_word')
  return [...trust, 'no_ledger']
}

if (page) {
  const at = (name) => document.getElementById(name)
  const result = at('result')
  const key = () => {
    try { const read = JSON.parse(at('key').value); return KEY(read) ? read : null } catch { return null }
  }
  const show = async (bytes) => {
    const report = await check(bytes, key())
    const told = report.verdict !== 'not_genuine' && report.file
    result.hidden = false
    result.dataset.verdict = report.verdict
    for (const one of result.querySelectorAll('[data-verdict]')) one.hidden = one.dataset.verdict !== report.verdict
    for (const row of result.querySelectorAll('[data-step]')) {
      const given = report.steps[row.dataset.step]
      row.hidden = !given
      row.dataset.answer = given ?? ''
      for (const word of row.querySelectorAll('[data-answer]')) word.hidden = word.dataset.answer !== given
    }
    at('here').hidden = report.here !== false && report.steps.controller_signature !== 'cannot_tell'
    at('says').hidden = !told
    if (told) {
      const { item, model, binding, week, level, observations, longest_gap_ms: gap, made_ms: made } = report.file
      const hours = Math.floor(gap / 36e5)
      const values = {
        item: `${item.slice(0, 4)}-${item.slice(4)}`.toUpperCase(), model, serial: binding?.value ?? '—', week, level, observations,
        gap: `${Math.floor(hours / 24)} d ${hours % 24} h`, made: new Date(made).toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
      }
      for (const [name, value] of Object.entries(values)) result.querySelector(`[data-say=${name}]`).textContent = value
      const trust = trusts(report.file)
      for (const one of result.querySelectorAll('[data-trust]')) one.hidden = !trust.includes(one.dataset.trust)
    }
    at('verdict').focus()
  }
  const take = async (file) => { if (file) await show(new Uint8Array(await file.slice(0, MAX + 1).arrayBuffer())) }
  at('file').addEventListener('change', (event) => take(event.target.files[0]))
  at('pasted').addEventListener('input', (event) => {
    const { value } = event.target
    // A text field drops the last line end of what is pasted, or has one more.
    if (value.trim()) show(utf8.encode(value.replace(/\s*$/, '\n')))
  })
  const drop = at('drop')
  for (const kind of ['dragover', 'drop']) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault()
      if (kind === 'drop') take(event.dataTransfer.files[0])
    })
  }
  page.hidden = false
}
