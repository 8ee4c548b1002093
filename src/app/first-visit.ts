// Whether somebody was here before: then the lab itself is what they see first.

const KEY = 'dmascope.seen'

/** This page has welcomed already; all that is known where nothing can be remembered. */
let welcomed = false

/** Until something was chosen, each time that the page is loaded. */
export function isFirstVisit(): boolean {
  const first = !welcomed && !isRemembered()
  welcomed = true
  return first
}

/** Somebody has chosen what to see: a preset, a file, the lab. Being shown what there is, is no choice. */
export function rememberVisit(): void {
  try {
    localStorage.setItem(KEY, '1')
  } catch {
    // Whoever comes again is welcomed again.
  }
}

function isRemembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== null
  } catch {
    return false
  }
}
