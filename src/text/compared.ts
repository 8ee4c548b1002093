// Words of figures beside those before a change; fetched when a setting is changed.

export const comparedText = {
  caption: (what: string, from: string, to: string, ms: string) => `Since ${what} ${from} → ${to} at ${ms} ms`,
  /** Its setting is what it was. */
  reloaded: (ms: string) => `Since the driver was loaded anew at ${ms} ms`,
  before: (value: string) => `${value} before`,
  /** Under what has come since. */
  since: (value: string) => `since then, ${value} before`,
  also: (value: string, before: string, now: string) => `${value} before · ${before} → ${now}`,
  waiting: (value: string, before: string, now: string) => `${value} before · waiting ${before} → ${now}`,
  dismiss: 'Dismiss the comparison',
  said: (since: string, figures: string) => `${since}. Before: ${figures}`,
  /** What a figure is of, where there is room for a word. */
  short: {
    'figure-mapped': 'mapped',
    'figure-useful': 'data',
    'figure-refused': 'refused',
    'figure-run': 'free in a row',
    'figure-delivered': 'delivered',
    'figure-in-line': 'waiting',
    'figure-maps': 'maps a second',
    'figure-tables': 'of tables',
    'figure-charged': 'charged',
    'figure-hcalls': 'hypercalls',
    'figure-predicted': 'predicted',
    'figure-copied': 'copied',
    'figure-reachable': 'reachable',
    'figure-oldest': 'the longest',
    'figure-flushes': 'flushes',
    'figure-late': 'landed late',
    'figure-hits': 'hits',
    'figure-reads': 'reads a lookup',
  } as Readonly<Record<string, string>>,
  /** What it is of, where what has come since is of something else than the figure by itself. */
  other: {
    'figure-maps': 'maps a second',
    'figure-reachable': 'reachable on average',
    'figure-oldest': 'longest reachable',
  } as Readonly<Record<string, string | undefined>>,
} as const
