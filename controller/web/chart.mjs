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

  async draw() {
    const divisor = Number(this.box.dataset.divisor) || 1
    const [answer, UPlot] = await Promise.all([fetch(this.box.dataset.chart, { credentials: 'same-origin' }), uplot()])
    if (!answer.ok) throw new Error('no data')
    const series = await answer.json()
    this.points = series.points
    this.divisor = divisor
    if (!series.points.length) return
    const draw = this.box.querySelector('.draw')
    const old = draw.querySelector('svg')
    const height = Math.round(old.getBoundingClientRect().height)
    const width = Math.round(old.getBoundingClientRect().width)
    const none = { show: false }
    const line = { stroke: colour('--chart'), width: 2, points: { show: false }, spanGaps: false }
    const edge = { ...line, width: 0, stroke: undefined }
    const holder = document.createElement('div')
    const top = Number(this.box.dataset.top)
    const low = Number(this.box.dataset.low)
    const plot = new UPlot({
      width, height,
      legend: none,
      cursor: { drag: { x: false, y: false }, y: false, points: { size: 6 } },
      scales: { x: { time: true, range: () => [series.from / 1000, series.to / 1000] }, y: { range: () => [low / divisor, top / divisor] } },
      axes: [none, none],
      padding: [0, 0, 0, 0],
      series: [{}, edge, line, edge],
      bands: [{ series: [3, 1], fill: colour('--band') }],
      hooks: { setCursor: [(u) => { if (u.cursor.idx != null && u.cursor.left >= 0) this.tell(u.data[0][u.cursor.idx]) }] },
    }, columns(series, divisor), holder)
    old.replaceWith(holder)
    this.plot = plot
    new ResizeObserver(() => plot.setSize({ width: draw.clientWidth, height })).observe(draw)
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

for (const box of document.querySelectorAll('[data-chart]')) new Chart(box)
