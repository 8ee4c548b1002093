// Measured in the page: which texts are cut, covered or run into another, and whether something scrolls sideways.

/** Runs inside the page, so it knows nothing of this file. A line per fault: what is wrong, where, and the words. */
export function misfits(within: string | null = null): string[] {
  type Box = { left: number; top: number; right: number; bottom: number }
  const [wide, high] = [innerWidth, innerHeight]
  const faults = new Set<string>()
  // What takes no pointer is asked for by no point, either.
  const asked = document.head.appendChild(document.createElement('style'))
  asked.textContent = '* { pointer-events: auto !important }'

  const whole = (box: DOMRect | Box) => ({ left: box.left, top: box.top, right: box.right, bottom: box.bottom })
  const nameOf = (e: Element): string => {
    const named = (e.getAttribute('class') ?? '').split(' ')[0]
    return named ? `.${named}` : e.tagName.toLowerCase()
  }
  const pathOf = (e: Element) => {
    const names: string[] = []
    for (let at: Element | null = e; at && at.id !== 'root' && names.length < 4; at = at.parentElement)
      if (at.getAttribute('class') || at === e) names.unshift(nameOf(at))
    return names.join(' ')
  }
  const tell = (what: string, e: Element, words: string) => {
    faults.add(`${what}: ${pathOf(e)} "${words.trim().replace(/\s+/g, ' ').slice(0, 60)}"`)
  }
  const isShown = (e: Element) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  /** The whole is told where the element, or one that holds it alone, has it as a title or a tip, or opens it. */
  const isTold = (e: Element, words: string) => {
    if (e.closest('[aria-expanded="false"]')) return true
    // What is explained says with it what of it an ellipsis ends.
    if (e.closest('[data-says]') && getComputedStyle(e).textOverflow === 'ellipsis') return true
    for (let at: Element | null = e, up = 0; at && up < 3; at = at.parentElement, up++) {
      const said = at.getAttribute('title') ?? at.getAttribute('data-tip') ?? at.getAttribute('aria-label')
      if (said !== null || at.hasAttribute('data-shortened'))
        return said === null || said.includes(words.trim().slice(0, 4))
    }
    return false
  }

  interface Line {
    readonly of: Element
    readonly words: string
    readonly box: Box
  }
  const lines: Line[] = []
  const range = document.createRange()
  const root = within === null ? document.body : document.querySelector(within)
  const walker = document.createTreeWalker(root ?? document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const of = node.parentElement
    const words = node.textContent ?? ''
    if (!of || words.trim() === '' || !isShown(of)) continue
    if (of.closest('script, style, option, .v-sr, .a-live, .a-skip, title')) continue
    // Said, not shown.
    if (of.clientWidth <= 1 && getComputedStyle(of).clipPath !== 'none') continue
    range.selectNodeContents(node)
    const rects = Array.from(range.getClientRects()).filter((r) => r.width > 1 && r.height > 1)
    for (const rect of rects) {
      // A line's box is higher than its letters.
      const inset = rect.height * 0.18
      const box = { ...whole(rect), top: rect.top + inset, bottom: rect.bottom - inset }
      if (clip(of, words, box)) lines.push({ of, words, box })
    }
  }

  /** Whether the line is to be seen now: false where one scrolls to it, or where it is told as cut. */
  function clip(of: Element, words: string, box: Box): boolean {
    let away = false
    for (let at: Element | null = of; at && at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at)
      if (at instanceof SVGElement && !(at instanceof SVGSVGElement)) continue
      const [x, y] = [style.overflowX, style.overflowY]
      if (x === 'visible' && y === 'visible') continue
      const clip = at.getBoundingClientRect()
      const above = box.top < clip.top - 1 || box.bottom > clip.bottom + 1
      // One scrolls to it: what stands further out is not asked.
      if (above && (y === 'auto' || y === 'scroll') && at.scrollHeight > at.clientHeight + 1) return false
      if (above && y !== 'visible' && !isTold(of, words)) tell('cut in height', of, words)
      const beside = box.left < clip.left - 1 || box.right > clip.right + 1
      // Nor what is pushed sideways, where it fades.
      if (beside && x === 'auto' && style.maskImage !== 'none') return false
      if (beside && x !== 'visible' && !isTold(of, words)) tell('cut in width', of, words)
      if (beside && x !== 'visible') away = true
      if (style.position === 'fixed') break
    }
    if (away) return false
    if (box.left < -1 || box.right > wide + 1) tell('beyond the side', of, words)
    if (box.top < -1 || box.bottom > high + 1) tell('beyond the foot', of, words)
    return box.left >= 0 && box.right <= wide && box.top >= 0 && box.bottom <= high
  }

  const opaque = new Map<Element, boolean>()
  function hides(e: Element): boolean {
    let known = opaque.get(e)
    if (known === undefined) {
      const style = getComputedStyle(e)
      const alpha = (colour: string) => {
        const [, , , a] = colour.match(/[\d.]+/g) ?? []
        return colour === 'transparent' || colour === 'none'
          ? 0
          : a === undefined || !colour.includes('a(')
            ? 1
            : Number(a)
      }
      const shape = e instanceof SVGGeometryElement
      known =
        e instanceof HTMLCanvasElement ||
        (shape
          ? alpha(style.fill) * Number(style.fillOpacity) * Number(style.opacity) > 0.6
          : e instanceof HTMLElement && alpha(style.backgroundColor) * Number(style.opacity) > 0.6)
      opaque.set(e, known)
    }
    return known
  }

  /** What could cover a word, with where it is: a line that crosses a word does not hide it. */
  const covers = Array.from(document.body.querySelectorAll('*'), (e) => ({ e, at: e.getBoundingClientRect() })).filter(
    ({ e, at }) => at.width >= 4 && at.height >= 4 && at.bottom >= 0 && at.top <= high && hides(e),
  )

  for (const { of, words, box } of lines) {
    const y = (box.top + box.bottom) / 2
    const width = box.right - box.left
    for (const x of [
      box.left + Math.min(2, width / 3),
      (box.left + box.right) / 2,
      box.right - Math.min(2, width / 3),
    ]) {
      const belongs = (e: Element) => e === of || e.contains(of) || of.contains(e)
      // What lies over what is asked last: it takes far longer than what lies where, and what is on top.
      const isIn = (at: Box) => x >= at.left && x <= at.right && y >= at.top && y <= at.bottom
      if (!covers.some(({ e, at }) => isIn(at) && !belongs(e))) continue
      const top = document.elementFromPoint(x, y)
      if (!top || belongs(top)) continue
      for (const e of document.elementsFromPoint(x, y)) {
        if (belongs(e)) break
        const over = e.getBoundingClientRect()
        if (!hides(e) || over.width < 4 || over.height < 4) continue
        // What stays in view over what scrolls under it.
        if (e.closest('[data-stays]') && !of.closest('[data-stays]')) break
        tell(`covered by ${nameOf(e)}`, of, words)
        break
      }
    }
  }

  const sorted = [...lines].sort((a, b) => a.box.top - b.box.top)
  for (const [i, a] of sorted.entries())
    for (let j = i + 1; j < sorted.length; j++) {
      const b = sorted[j]!
      if (b.box.top >= a.box.bottom - 1) break
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left)
      if (across <= 2 || a.of === b.of) continue
      const stays = (line: Line) => line.of.closest('[data-stays]')
      if (stays(a) !== stays(b)) continue
      tell(`runs into "${b.words.trim().slice(0, 24)}"`, a.of, a.words)
    }

  asked.remove()
  if (document.documentElement.scrollWidth > wide) faults.add('the page scrolls sideways')
  for (const e of document.querySelectorAll('.a-column, .c-panel, .a-tab, aside'))
    if (e.scrollWidth > e.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))
      faults.add(`scrolls sideways: ${nameOf(e)}`)
  for (const e of document.querySelectorAll('.a-docked, .v-legend-in')) {
    const style = getComputedStyle(e)
    const down = style.overflowY === 'auto' && e.scrollHeight > e.clientHeight + 1
    const aside = style.overflowX === 'auto' && e.scrollWidth > e.clientWidth + 1
    if ((down || aside) && style.maskImage === 'none') faults.add(`cut without a sign: ${nameOf(e)}`)
  }
  return [...faults]
}
