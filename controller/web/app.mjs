// Live pages: cells change in place and say so, ages count from the controller's clock, keys move around.
// Nothing here writes words of its own: the server renders every cell, this module only puts it in place.
const body = document.body
const feed = document.getElementById('feed')
const pause = document.getElementById('pause')
const band = document.getElementById('band')
const QUIET_MS = 30000 // silence of the feed after which the page says that it stopped
const GATHER_MS = 1000 // changes within a second are fetched together
const SLOWEST_MS = 3000 // and no more often than this
const DOT_MS = 20000 // how long a changed cell keeps its dot
let made = Number(body.dataset.made)
let since = performance.now()
let heard = performance.now()
let paused = false
let stopped = false
let asking = false // what is shown may be old: the page is asked for again before it says that it is live
let timer = 0
let last = 0
let busy = false

const now = () => made + performance.now() - since
const two = (n) => String(n).padStart(2, '0')
const clock = (ms) => { const d = new Date(ms); return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} UTC` }

// The same steps as format::duration on the server.
const [S, M, H, D] = body.dataset.units.split('|')
export function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000))
  const part = (n, unit) => `${n}\u202f${unit}`
  const pair = (a, x, b, y) => b ? `${part(a, x)}\u00a0${part(b, y)}` : part(a, x)
  if (s < 60) return part(s, S)
  if (s < 3600) return part(Math.floor(s / 60), M)
  if (s < 86400) return pair(Math.floor(s / 3600), H, Math.floor(s % 3600 / 60), M)
  return pair(Math.floor(s / 86400), D, Math.floor(s % 86400 / 3600), H)
}

// The other of ages and times is in the address, so that a shared link shows the same.
let times = body.dataset.times === '1'
const switchTimes = document.querySelector('.times')
function turn() {
  times = !times
  if (switchTimes) {
    history.replaceState(null, '', switchTimes.href)
    const { here, text } = switchTimes.dataset
    switchTimes.dataset.here = switchTimes.getAttribute('href')
    switchTimes.dataset.text = switchTimes.textContent
    switchTimes.href = here
    switchTimes.textContent = text
  }
  ages()
}
switchTimes?.addEventListener('click', (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  turn()
})
function ages() {
  for (const el of document.querySelectorAll('time[data-age]')) {
    const at = Number(el.dataset.age)
    const age = now() - at
    const text = times && !('say' in el.dataset) ? `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}\u00a0UTC` : age < 604800000 ? duration(age) : ''
    if (text && el.textContent !== text) el.textContent = text
  }
}

function say(text, button) {
  if (feed && feed.textContent !== text) feed.textContent = text
  if (pause && button) pause.textContent = button
}

function status() {
  if (!feed) return
  if (paused) return say(feed.dataset.paused, pause.dataset.go)
  if (stopped) return
  if (performance.now() - heard > QUIET_MS) {
    stopped = true
    const text = feed.dataset.stopped.replace('{time}', clock(now() - (performance.now() - heard)))
    say(text, pause.dataset.pause)
    band.textContent = text
    band.hidden = false
    return
  }
  say(asking ? feed.dataset.asking : feed.dataset.on, pause.dataset.pause)
}

function alive() {
  heard = performance.now()
  if (stopped) { stopped = false; band.hidden = true; again() }
  status()
}

function again() {
  asking = true
  status()
  refresh()
}

function mark(el) {
  el.classList.add('dot')
  el.title = feed.dataset.changed
  clearTimeout(el.dotTimer)
  el.dotTimer = setTimeout(() => { el.classList.remove('dot'); el.removeAttribute('title') }, DOT_MS)
}

// What a cell says without its ages: an age that went on is not a change.
function words(el) {
  const copy = el.cloneNode(true)
  for (const time of copy.querySelectorAll('time[data-age]')) time.remove()
  return copy.textContent
}

function replace(el, fresh, dot) {
  if (el.isEqualNode(fresh)) return
  const focused = el.contains(document.activeElement) ? [...el.querySelectorAll('a,button,summary,[tabindex]')].indexOf(document.activeElement) : -1
  const changed = dot && words(el) !== words(fresh)
  el.replaceChildren(...fresh.cloneNode(true).childNodes)
  if (focused >= 0) el.querySelectorAll('a,button,summary,[tabindex]')[focused]?.focus({ preventScroll: true })
  if (changed && el.closest('tr')) mark(el)
}

const rows = (root) => [...root.querySelectorAll('tr[data-row]')].map((row) => row.dataset.row)

function place(page, slow) {
  const fresh = new Map()
  for (const el of page.querySelectorAll('[data-live]')) fresh.set(el.dataset.live, el)
  for (const el of document.querySelectorAll('[data-live]')) {
    const other = fresh.get(el.dataset.live)
    if (other) replace(el, other, true)
  }
  for (const row of page.querySelectorAll('tr[data-row]')) {
    const here = document.querySelector(`tr[data-row="${CSS.escape(row.dataset.row)}"]`)
    if (here && here.className !== row.className) here.className = row.className
  }
  if (slow) {
    const parts = new Map([...page.querySelectorAll('[data-slow]')].map((el) => [el.dataset.slow, el]))
    for (const el of document.querySelectorAll('[data-slow]')) {
      const other = parts.get(el.dataset.slow)
      if (other && !el.contains(document.activeElement) && !el.querySelector('.uplot')) replace(el, other, false)
    }
    document.dispatchEvent(new Event('holdfast:slow'))
  }
  const before = rows(document)
  const after = rows(page)
  const moved = after.filter((key, index) => before[index] !== key).length + Math.max(0, before.length - after.length)
  changes(moved)
}

function changes(count) {
  let bar = document.querySelector('.changes')
  if (!count) { bar?.remove(); return }
  if (!bar) {
    bar = document.createElement('p')
    bar.className = 'changes'
    bar.setAttribute('role', 'status')
    const list = document.querySelector('tr[data-row]')?.closest('.box') ?? document.querySelector('.empty')
    if (!list) return
    list.before(bar)
  }
  const text = body.dataset.rows.replace('{n}', count)
  if (bar.firstChild?.textContent === text) return
  const link = document.createElement('a')
  link.href = location.href
  link.textContent = body.dataset.show
  bar.replaceChildren(document.createTextNode(text), ' ', link)
}

// Charts and lanes are fetched only when a new point can have come.
const buckets = [...document.querySelectorAll('[data-bucket]')].map((el) => Number(el.dataset.bucket))
const slowEvery = Math.max(15000, buckets.length ? Math.min(...buckets) : 60000)
let slowAt = performance.now()

async function refresh() {
  if (busy || paused || document.hidden) return
  busy = true
  last = performance.now()
  try {
    const slow = document.querySelector('[data-slow]') !== null && performance.now() - slowAt > slowEvery
    const address = new URL(location.href)
    if (!slow) address.searchParams.set('part', 'live')
    const answer = await fetch(address, { headers: { accept: 'text/html' }, credentials: 'same-origin' })
    if (answer.redirected) { location.reload(); return }
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    made = Number(page.body.dataset.made)
    since = performance.now()
    if (slow) slowAt = since
    place(page, slow)
    asking = false
    status()
    ages()
  } catch {
    // The feed's silence tells the reader; the next change tries again.
  } finally {
    busy = false
    if (asking) soon()
  }
}

function soon() {
  if (timer || paused) return
  const wait = Math.max(GATHER_MS, SLOWEST_MS - (performance.now() - last))
  timer = setTimeout(() => { timer = 0; refresh() }, wait)
}

if (feed && pause) {
  pause.hidden = false
  pause.addEventListener('click', () => { paused = !paused; status(); if (!paused) again() })
  const own = new Set(rows(document).map((key) => key.slice(1)))
  const node = location.pathname.match(/^\/nodes\/([0-9a-z]{8})/)?.[1]
  const site = location.pathname.match(/^\/sites\/(\d+)/)?.[1]
  const concerns = (data) => {
    if (location.pathname === '/' || location.pathname === '/nodes' || location.pathname === '/sites' || location.pathname === '/health') return true
    const id = data.id ?? data.site?.id
    return id === undefined || id === node || String(id) === site || own.has(String(id)) || String(data.site?.id) === site
  }
  const changed = (event) => {
    alive()
    let data = {}
    try { data = JSON.parse(event.data) } catch { /* a keep-alive without data */ }
    if (concerns(data)) soon()
  }
  const source = new EventSource('/api/v1/live' + (node ? `?node=${node}` : site ? `?site=${site}` : ''))
  source.addEventListener('open', alive)
  for (const kind of ['message', 'node', 'site']) source.addEventListener(kind, changed)
  for (const kind of ['tick', 'time', 'alive']) source.addEventListener(kind, alive)
  source.addEventListener('time', (event) => lasts(JSON.parse(event.data).until))
  source.addEventListener('resync', () => { alive(); soon() })
  // A controller that stops comes back, and the browser asks again by itself; a session that ended does not.
  source.addEventListener('ended', (event) => { if (event.data.includes('signed_out')) { source.close(); lasts(now()) } })
  addEventListener('pagehide', () => source.close())
  document.addEventListener('visibilitychange', () => { if (!document.hidden && !paused) again() })
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload() })
}

// The session's end: said two minutes before, moved by one button (WCAG 2.2.1) or by the feed, which knows of other pages.
const WARN_MS = 120000
const ending = document.getElementById('ending')
let until = Number(ending?.dataset.until)
let warned = ''
let came = null
function session() {
  if (!ending) return
  const left = until - now()
  const state = left > WARN_MS ? '' : left > 0 ? 'soon' : 'over'
  if (state === warned) return
  const leave = !state && ending.contains(document.activeElement)
  warned = state
  ending.hidden = !state
  ending.querySelector('p').textContent = state ? ending.dataset[state].replace('{time}', clock(until)) : ''
  ending.querySelector('button').hidden = state !== 'soon'
  ending.querySelector('a').hidden = state !== 'over'
  if (leave) (came?.isConnected ? came : document.getElementById('main')).focus({ preventScroll: true })
}
function lasts(end) {
  if (end) until = end
  session()
}
ending?.addEventListener('focusin', (event) => { if (!ending.contains(event.relatedTarget)) came = event.relatedTarget })
ending?.addEventListener('submit', async (event) => {
  event.preventDefault()
  const answer = await fetch('/api/v1/session/extend', { method: 'POST', credentials: 'same-origin' }).catch(() => null)
  if (answer?.ok) return lasts((await answer.json()).until)
  if (answer?.status === 401) return lasts(now())
  if (answer?.status !== 409) return ending.submit()
  ending.querySelector('p').textContent = ending.dataset.last
  ending.querySelector('button').hidden = true
})
setInterval(() => { ages(); status(); session() }, 1000)
if (body.dataset.reload) setInterval(refresh, body.dataset.reload * 1000)

// Keys: off by a setting, never inside a field, never destructive.
const GO_MS = 2000 // within this the second key of a pair has to come
let going = false
let goTimer = 0
let at = -1
const lines = () => [...document.querySelectorAll('tbody tr')].filter((row) => row.querySelector('a'))
function step(by) {
  const all = lines()
  if (!all.length) return
  const here = all.findIndex((row) => row.contains(document.activeElement))
  if (here >= 0) at = here
  at = Math.min(all.length - 1, Math.max(0, at + by))
  all[at].querySelector('a').focus()
}
const focusFirst = (selector) => { const el = document.querySelector(selector); el?.focus(); return el }
const keys = {
  '/': () => { if (!focusFirst('.search input')) location.href = '/nodes#text' },
  f: () => focusFirst('.facets a'),
  '.': turn,
  '?': () => { location.href = '/help#keys' },
  p: () => pause?.click(),
  j: () => step(1),
  k: () => step(-1),
}
if (body.dataset.keys !== 'off') {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest('input,select,textarea')) return
    if (going) {
      going = false
      const link = /^[a-z]$/.test(event.key) && document.querySelector(`.menu a[data-key="${event.key}"]`)
      if (link) link.click()
      return
    }
    if (event.key === 'g') { going = true; clearTimeout(goTimer); goTimer = setTimeout(() => { going = false }, GO_MS); return }
    const act = keys[event.key]
    if (act) { event.preventDefault(); act() }
  })
}

if (location.hash === '#text') focusFirst('#text')
document.querySelector('[data-focus]')?.focus()
for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = '1'
    addEventListener('pageshow', () => delete form.dataset.sent, { once: true })
  })
}
