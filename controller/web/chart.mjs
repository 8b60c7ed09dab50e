// Charts under a pointer or the keyboard: the server's drawing is replaced by the same points on a canvas with a cursor,
// and the arrow keys read them out. Loaded on chart pages only; the library comes when a chart is first used.
const self = document.querySelector('script[data-uplot]')
let library = null
function uplot() {
  library ??= new Promise((done, failed) => {
    const script = document.createElement('script')
    script.src = self.dataset.uplot
    script.onload = () => done(window.uPlot)
    script.onerror = () => { library = null; failed(new Error('the chart library did not load')) }
    document.head.append(script)
  })
  return library
}

const two = (n) => String(n).padStart(2, '0')
const stamp = (ms) => { const d = new Date(ms); return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())} UTC` }
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const format = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 3 })

// Points with a hole wherever a bucket is missing, so that no line crosses a gap.
function columns(series, divisor) {
  const t = []; const min = []; const mean = []; const max = []
  let before = null
  for (const point of series.points) {
    if (before !== null && point.at - before > series.bucket_ms * 1.5) {
      t.push((before + series.bucket_ms) / 1000); min.push(null); mean.push(null); max.push(null)
    }
    t.push((point.at + series.bucket_ms / 2) / 1000)
    min.push(point.min / divisor); mean.push(point.mean / divisor); max.push(point.max / divisor)
    before = point.at
  }
  return [t, min, mean, max]
}

class Chart {
  constructor(box) {
    this.box = box
    this.output = box.closest('figure').querySelector('.point')
    this.at = -1
    this.begun = performance.now()
    this.points = null
    this.loading = null
    box.addEventListener('pointerenter', () => this.load())
    box.addEventListener('focus', () => this.load())
    box.addEventListener('keydown', (event) => this.key(event))
  }

  load() {
    this.loading ??= this.draw().catch(() => { this.loading = null })
    return this.loading
  }

  // The same range as the server's drawing, moved on by the time that has passed since; a range of its own stands still.
  async ask() {
    const address = new URL(this.box.dataset.chart, location.href)
    const passed = 'still' in this.box.dataset ? 0 : Math.round(performance.now() - this.begun)
    for (const key of ['from', 'to']) address.searchParams.set(key, Number(address.searchParams.get(key)) + passed)
    const answer = await fetch(address, { credentials: 'same-origin' })
    if (!answer.ok) throw new Error('no data')
    this.series = await answer.json()
    this.points = this.series.points
    return columns(this.series, this.divisor)
  }

  async draw() {
    this.divisor = Number(this.box.dataset.divisor) || 1
    const [data, UPlot] = await Promise.all([this.ask(), uplot()])
    if (!this.points.length) return
    const draw = this.box.querySelector('.draw')
    const old = draw.querySelector('svg')
    const { width, height } = old.getBoundingClientRect()
    const none = { show: false }
    const line = { stroke: colour('--chart'), width: 2, points: none, spanGaps: false }
    const edge = { width: 0, points: none, spanGaps: false }
    const low = Number(this.box.dataset.low) / this.divisor
    const top = Number(this.box.dataset.top) / this.divisor
    const parts = this.box.querySelectorAll('.y li').length - 1
    const holder = document.createElement('div')
    this.plot = new UPlot({
      width: Math.round(width), height: Math.round(height),
      legend: none,
      cursor: { drag: { x: false, y: false }, y: false, points: { size: 6 } },
      scales: {
        x: { time: true, range: () => [this.series.from / 1000, this.series.to / 1000] },
        y: { range: (u, least, most) => [low, Math.max(top, most ?? top)] },
      },
      axes: [none, {
        size: 0, values: () => [], ticks: none, grid: { stroke: colour('--hair'), width: 1 },
        splits: () => Array.from({ length: parts + 1 }, (_, index) => low + index * (top - low) / parts),
      }],
      padding: [0, 0, 0, 0],
      series: [{}, edge, line, edge],
      bands: [{ series: [3, 1], fill: colour('--band') }],
      hooks: {
        setCursor: [(u) => { if (u.cursor.idx != null && u.cursor.left >= 0) this.tell(u.data[0][u.cursor.idx]) }],
        draw: [(u) => this.heard(u)],
      },
    }, data, holder)
    old.replaceWith(holder)
    new ResizeObserver(() => this.plot.setSize({ width: draw.clientWidth, height: Math.round(height) })).observe(draw)
  }

  // The line of the time last heard.
  heard(u) {
    const at = Number(this.box.dataset.heard) / 1000
    if (!at || at < u.scales.x.min || at > u.scales.x.max) return
    const x = u.valToPos(at, 'x', true)
    u.ctx.save()
    u.ctx.strokeStyle = colour('--text')
    u.ctx.setLineDash([4, 3])
    u.ctx.beginPath()
    u.ctx.moveTo(x, u.bbox.top)
    u.ctx.lineTo(x, u.bbox.top + u.bbox.height)
    u.ctx.stroke()
    u.ctx.restore()
  }

  async again() {
    if (!this.plot) return
    try { this.plot.setData(await this.ask()) } catch { /* the next turn tries again */ }
  }

  tell(seconds) {
    const index = this.points.findIndex((point) => Math.abs(point.at / 1000 - seconds) < 1e6 && point.at / 1000 <= seconds && seconds - point.at / 1000 <= this.width())
    if (index >= 0) { this.at = index; this.read() }
  }

  width() { return Number(this.box.dataset.bucket) / 1000 }

  read() {
    const point = this.points[this.at]
    const unit = this.box.dataset.symbol
    const value = (n) => `${format.format(n / this.divisor)}${unit ? `\u202f${unit}` : ''}`
    this.output.textContent = `${stamp(point.at)}: ${value(point.mean)} (${value(point.min)} – ${value(point.max)})`
  }

  async key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key]
    if (by === undefined) return
    event.preventDefault()
    await this.load()
    if (!this.points?.length) return
    const last = this.points.length - 1
    this.at = this.at < 0 ? last : Math.min(last, Math.max(0, this.at + by))
    this.read()
    const x = (this.points[this.at].at + Number(this.box.dataset.bucket) / 2) / 1000
    this.plot?.setCursor({ left: this.plot.valToPos(x, 'x'), top: 10 }, false)
  }
}

const charts = new Map()
function found() {
  for (const box of charts.keys()) if (!box.isConnected) charts.delete(box)
  for (const box of document.querySelectorAll('[data-chart]')) {
    if (charts.has(box)) charts.get(box).again()
    else charts.set(box, new Chart(box))
  }
}
found()
document.addEventListener('holdfast:slow', found)
