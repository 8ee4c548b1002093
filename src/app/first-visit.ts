// Whether somebody was here before: then the lab itself is what they see first.

const KEY = 'dmascope.seen'

/** True once for each browser; where nothing can be remembered, never: nobody is to be welcomed every day. */
export function isFirstVisit(): boolean {
  try {
    if (localStorage.getItem(KEY) !== null) return false
    localStorage.setItem(KEY, '1')
    return localStorage.getItem(KEY) !== null
  } catch {
    return false
  }
}
