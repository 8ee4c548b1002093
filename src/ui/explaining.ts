// When an explanation shows and when it goes. One set of listeners for the whole page: what is explained is only marked.

import { acronyms, acronymsIn } from '../text/acronyms.ts'

export interface Shown {
  readonly target: Element
  readonly how: 'hover' | 'focus' | 'tap'
  readonly name: string
  readonly words: string
  /** Of the title of a view: what each acronym in the view and in the words stands for. */
  readonly spelled: readonly string[]
  /** Arrow keys go on from here. */
  readonly more: boolean
}

export const WORDS_ID = 'u-says-words'
const HOVER_MS = 350
/** The keyboard is on its way through the controls, but has come to read a caption. */
const FOCUS_MS = { control: 700, caption: 120 } as const
const HOLD_MS = 500
/** Time to come from what is explained to the explanation. */
const LEAVE_MS = 150
/** A finger moves this far, css px, without meaning to. */
const SLOP = 10

const MARK = '[data-says]'
const CAPTION = '[data-says-tap]'
/** Such as do nothing else; others act when they are pressed, and say it too when they are tapped. */
const ONLY_SAYS = '.u-says'
/** Captions of a group are walked by arrow keys. */
const GROUP = '[data-says-group]'
const ACTS = 'button, a, input, select, summary, [role="slider"], [role="radio"], [role="switch"], [role^="menuitem"]'

/** A sentence for each mark, by its id. */
export type Words = Readonly<Record<string, string>>

/** The words for a mark: of the table, or of the element that the mark names. */
function wordsOf(words: Words, id: string): string {
  if (id.startsWith('#')) return document.getElementById(id.slice(1))?.textContent ?? ''
  return words[id] ?? ''
}

/** The acronyms of a whole view, spelled out where its title is explained. */
function spelledIn(marked: Element, id: string, words: string): string[] {
  const view = id.endsWith('.title') ? marked.closest(GROUP) : null
  if (!view) return []
  return acronymsIn(`${words} ${(view as HTMLElement).innerText} ${svgText(view)}`).map((a) => `${a}: ${acronyms[a]}`)
}
const svgText = (view: Element) => Array.from(view.querySelectorAll('svg text'), (t) => t.textContent).join(' ')

/** What of an element is cut where room is short, whole: it is told with the rest, not by a tip of its own. */
function cutIn(marked: Element): string[] {
  return Array.from(marked.querySelectorAll('*'))
    .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).textOverflow === 'ellipsis')
    .map((e) => e.textContent)
}

/** What is explained where something happened: around it, or in the same field. */
function markedAt(target: EventTarget | null): Element | null {
  if (!(target instanceof Element)) return null
  return target.closest(MARK) ?? target.closest('[data-says-field]')?.querySelector(MARK) ?? null
}

/** Whether a press there opens the explanation. */
function isForWords(target: Element, marked: Element, touch: boolean): boolean {
  if (marked.matches(touch ? CAPTION : ONLY_SAYS)) return true
  const acts = target.closest(ACTS)
  return !acts || !(marked.contains(acts) || acts.contains(marked))
}

/** Calls back with what is to be shown, null for nothing; returns the way out. */
export function listen(all: Words, show: (shown: Shown | null) => void): () => void {
  let now: Shown | null = null
  let timer = 0
  let held: Element | null = null
  let finger: { x: number; y: number } | null = null
  let described: { element: Element; before: string | null } | null = null
  let watch = 0
  /** Where the pointer was last, and whether the page has changed under it since. */
  let at = { x: Number.NaN, y: Number.NaN }
  let rests = false
  /** Whether the last press was a finger's. */
  let touch = false

  const stop = () => clearTimeout(timer)
  const later = (ms: number, act: () => void) => {
    stop()
    timer = window.setTimeout(act, ms)
  }
  function set(next: Shown | null) {
    stop()
    if (now === next) return
    now = next
    show(next)
    clearInterval(watch)
    // What it speaks of may go while nobody moves.
    if (next) watch = window.setInterval(() => next.target.isConnected || set(null), 250)
  }
  function open(target: Element, how: Shown['how']) {
    const id = target.getAttribute('data-says') ?? ''
    const words = wordsOf(all, id)
    if (words === '' || !target.isConnected) return
    const more = how === 'focus' && target.matches(CAPTION) && target.closest(GROUP) !== null
    set({
      target,
      how,
      words,
      spelled: spelledIn(target, id, words),
      name: [target.getAttribute('data-says-name') ?? '', ...cutIn(target)].filter(Boolean).join(' · '),
      more,
    })
  }

  function describe(element: Element | null) {
    if (described) {
      const { element: old, before } = described
      if (before === null) old.removeAttribute('aria-describedby')
      else old.setAttribute('aria-describedby', before)
    }
    described = null
    const marked = element && markedAt(element)
    const id = marked?.getAttribute('data-says') ?? ''
    const said = document.getElementById(WORDS_ID)
    // A field is described by its own words all the time.
    if (!element || !said || id === '' || id.startsWith('#')) return
    const words = wordsOf(all, id)
    said.textContent = [words, ...(marked ? spelledIn(marked, id, words) : [])].join(' ')
    const before = element.getAttribute('aria-describedby')
    described = { element, before }
    element.setAttribute('aria-describedby', before ? `${before} ${WORDS_ID}` : WORDS_ID)
  }

  function over(event: PointerEvent) {
    if (event.pointerType === 'touch' || !(event.target instanceof Element)) return
    if (event.target.closest('.u-tip')) return stop()
    // What has come to lie under the pointer is not yet what somebody points at.
    rests = event.clientX === at.x && event.clientY === at.y
    const there = event.target.closest(MARK)
    const marked = rests && there !== now?.target ? null : there
    if (!marked) return now?.how === 'hover' ? later(LEAVE_MS, () => set(null)) : now ? undefined : stop()
    if (marked === now?.target) return stop()
    later(now ? LEAVE_MS : HOVER_MS, () => open(marked, 'hover'))
  }
  /** The pointer has left the window, or the window is not what is worked in. */
  function away() {
    at = { x: Number.NaN, y: Number.NaN }
    if (now?.how === 'hover') set(null)
    else if (!now) stop()
  }
  function out(event: PointerEvent) {
    if (event.relatedTarget === null && event.pointerType !== 'touch') away()
  }
  function blur(event: Event) {
    // Elements lose the focus, too.
    if (event.target === window) away()
  }
  function down(event: PointerEvent) {
    held = null
    touch = event.pointerType === 'touch'
    if (!touch) {
      // What is pressed acts, and is not spoken over.
      if (event.target instanceof Element && !event.target.closest(`.u-tip, ${ONLY_SAYS}`)) set(null)
      return
    }
    const marked = event.target instanceof Element ? event.target.closest(MARK) : null
    if (!marked || isForWords(event.target as Element, marked, touch)) return
    finger = { x: event.clientX, y: event.clientY }
    later(HOLD_MS, () => {
      held = marked
      open(marked, 'tap')
    })
  }
  function move(event: PointerEvent) {
    const moved = event.clientX !== at.x || event.clientY !== at.y
    if (rests && moved) over(event)
    at = { x: event.clientX, y: event.clientY }
    if (finger && Math.hypot(event.clientX - finger.x, event.clientY - finger.y) > SLOP) lift()
  }
  function lift() {
    if (finger && !held) stop()
    finger = null
  }
  function click(event: MouseEvent) {
    if (!(event.target instanceof Element)) return
    // Who held it down wanted the words.
    if (held?.contains(event.target)) {
      held = null
      event.preventDefault()
      event.stopPropagation()
      return
    }
    const marked = event.target.closest(MARK)
    if (event.target.closest('.u-tip')) return
    if (!marked || !isForWords(event.target, marked, touch)) return now?.how === 'tap' ? set(null) : undefined
    // A second press takes it away again.
    if (now?.target === marked && now.how === 'tap') set(null)
    else open(marked, 'tap')
  }
  /** A long press opens no menu of the browser over what it explains. */
  function menu(event: Event) {
    if (held) event.preventDefault()
  }
  function focusIn(event: FocusEvent) {
    const { target } = event
    if (!(target instanceof Element) || !target.matches(':focus-visible')) return
    const marked = markedAt(target)
    describe(target)
    if (!marked || marked === now?.target) return
    if (now) set(null)
    later(marked.matches(CAPTION) ? FOCUS_MS.caption : FOCUS_MS.control, () => open(marked, 'focus'))
  }
  function focusOut() {
    describe(null)
    if (now && now.how !== 'hover') set(null)
    else if (!now) stop()
  }
  function key(event: KeyboardEvent) {
    touch = false
    if (event.key === 'Escape' && now) {
      // One that rests under the pointer is not what Escape is for.
      if (now.how !== 'hover') {
        event.preventDefault()
        event.stopPropagation()
      }
      return set(null)
    }
    const at = event.target instanceof Element ? event.target.closest(CAPTION) : null
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    const group = at?.closest(GROUP)
    if (at && group && by) {
      const all = [...group.querySelectorAll<HTMLElement>(CAPTION)].filter((one) => one.closest(GROUP) === group)
      all[(all.indexOf(at as HTMLElement) + by + all.length) % all.length]?.focus()
      event.preventDefault()
      event.stopPropagation()
    } else if (now?.how === 'focus' && !at && !event.metaKey && !event.ctrlKey && event.key !== 'Shift') set(null)
    else if (!now) stop()
  }
  function gone(event: Event) {
    if (now && event.target instanceof Node && event.target.contains(now.target)) set(null)
  }

  const listeners = [
    ['pointerover', over],
    ['pointerout', out],
    ['blur', blur],
    ['pointerdown', down],
    ['pointermove', move],
    ['pointerup', lift],
    ['pointercancel', lift],
    ['click', click],
    ['contextmenu', menu],
    ['focusin', focusIn],
    ['focusout', focusOut],
    ['keydown', key],
    ['scroll', gone],
  ] as unknown as readonly (readonly [string, EventListener])[]
  // Before the element itself: a press that was held must not act.
  for (const [type, act] of listeners) window.addEventListener(type, act, { capture: true, passive: false })
  return () => {
    for (const [type, act] of listeners) window.removeEventListener(type, act, true)
    set(null)
    describe(null)
  }
}
