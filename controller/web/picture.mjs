// A chart as a picture: the points of the CSV, drawn black on white with title, range, unit, coverage and when it was made.
// The CSV is asked for anew, so that the picture holds what the file holds and is written down as it is.
const WIDTH = 1600
const HEIGHT = 900
const PLOT = { left: 140, top: 250, right: 1540, bottom: 800 }
const INK = '#000000'
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 3 })

// The first five columns are our own figures and never quoted; the sixth says when the rows were made.
function rows(text) {
  const lines = text.split('\r\n').slice(1).filter(Boolean).map((line) => line.split(','))
  const points = lines.map(([at, min, mean, max, present]) => ({ at: Date.parse(at), min: +min, mean: +mean, max: +max, present: +present }))
  return { points, made: lines[0]?.[5] ?? '' }
}

// Text broken at spaces to the width of the picture.
function wrapped(pen, text, width) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word
    if (pen.measureText(longer).width > width && lines.at(-1)) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines
}

function steps(low, high) {
  const wanted = (high - low) / 4 || 1
  const power = 10 ** Math.floor(Math.log10(wanted))
  const step = [1, 2, 2.5, 5, 10].map((digit) => digit * power).find((one) => one >= wanted * 0.999)
  const first = Math.floor(low / step)
  const all = [first * step]
  while (all.length < 9 && (all.at(-1) < high || all.length < 2)) all.push((first + all.length) * step)
  return all
}

function words(pen, data, made) {
  pen.fillStyle = INK
  pen.textBaseline = 'top'
  pen.font = '600 40px system-ui, sans-serif'
  pen.fillText(data.title, 40, 32, WIDTH - 80)
  pen.font = '26px system-ui, sans-serif'
  let y = 92
  for (const text of data.says.split('\n')) {
    for (const line of wrapped(pen, text, WIDTH - 80)) { pen.fillText(line, 40, y); y += 34 }
  }
  pen.fillText(data.made.replace('{time}', made.slice(0, 19).replace('T', ' ')), 40, HEIGHT - 44)
}

function axes(pen, data, all, x, y) {
  pen.font = '22px system-ui, sans-serif'
  pen.lineWidth = 1
  for (const tick of all) {
    pen.strokeStyle = '#b0b0b0'
    pen.beginPath(); pen.moveTo(PLOT.left, y(tick)); pen.lineTo(PLOT.right, y(tick)); pen.stroke()
    pen.textAlign = 'right'; pen.textBaseline = 'middle'
    pen.fillText(`${number.format(tick)}${data.symbol ? `\u202f${data.symbol}` : ''}`, PLOT.left - 10, y(tick), PLOT.left - 16)
  }
  pen.textBaseline = 'top'
  for (let part = 0; part <= 4; part += 1) {
    const at = +data.from + (data.to - data.from) * part / 4
    pen.textAlign = part === 0 ? 'left' : part === 4 ? 'right' : 'center'
    pen.fillText(new Date(at).toISOString().slice(0, 16).replace('T', ' '), x(at), PLOT.bottom + 10)
  }
  pen.textAlign = 'left'
}

// No line over a gap; under 99 % of the samples it is thinner, as on the page.
function lines(pen, data, points, x, y) {
  const width = +data.bucket
  const parts = []
  for (const point of points) {
    if (parts.length && point.at - parts.at(-1).at(-1).at <= width * 1.5) parts.at(-1).push(point)
    else parts.push([point])
  }
  for (const part of parts) {
    pen.fillStyle = '#c4c4c4'
    for (const point of part) pen.fillRect(x(point.at), y(point.max), Math.max(1, x(point.at + width) - x(point.at)), Math.max(1, y(point.min) - y(point.max)))
    pen.strokeStyle = INK
    part.forEach((point, index) => {
      const before = part[index - 1]
      pen.lineWidth = Math.min(point.present, before?.present ?? 100) < 99 ? 1.5 : 4
      pen.beginPath()
      if (before) pen.moveTo(x(before.at + width / 2), y(before.mean))
      else pen.moveTo(x(point.at), y(point.mean))
      pen.lineTo(x(point.at + width / 2), y(point.mean))
      pen.stroke()
    })
  }
}

function draw(data, text) {
  const { points, made } = rows(text)
  const scaled = points.map((point) => ({ ...point, min: point.min / data.divisor, mean: point.mean / data.divisor, max: point.max / data.divisor }))
  const all = steps(Math.min(0, ...scaled.map((point) => point.min)), Math.max(0, ...scaled.map((point) => point.max)))
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH
  canvas.height = HEIGHT
  const pen = canvas.getContext('2d')
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, WIDTH, HEIGHT)
  const x = (at) => PLOT.left + (PLOT.right - PLOT.left) * (at - data.from) / (data.to - data.from)
  const y = (value) => PLOT.bottom - (PLOT.bottom - PLOT.top) * (value - all[0]) / (all.at(-1) - all[0])
  words(pen, data, made)
  axes(pen, data, all, x, y)
  lines(pen, data, scaled, x, y)
  return { canvas, made }
}

async function take(button) {
  const status = button.parentElement.querySelector('[role=status]')
  status.textContent = ''
  try {
    const answer = await fetch(button.dataset.picture, { credentials: 'same-origin' })
    if (!answer.ok) throw new Error('no data')
    const { canvas, made } = draw(button.dataset, await answer.text())
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'))
    const link = document.createElement('a')
    link.href = URL.createObjectURL(blob)
    link.download = `${button.dataset.file}-${made.replace(/[-:]/g, '')}.png`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10000)
  } catch {
    status.textContent = button.dataset.failed
  }
}

function found() {
  for (const button of document.querySelectorAll('[data-picture][hidden]')) {
    button.hidden = false
    button.addEventListener('click', () => take(button))
  }
}
found()
document.addEventListener('holdfast:slow', found)
