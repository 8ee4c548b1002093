// Every word of the studies: many runs behind the page, and what they found.

/** `3.75 M`, `438 k`: a rate in three digits. */
function rate(n: number): string {
  const [value, unit] = n >= 1e9 ? [n / 1e9, ' G'] : n >= 1e6 ? [n / 1e6, ' M'] : n >= 1e3 ? [n / 1e3, ' k'] : [n, '']
  return `${value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)}${unit}`
}

const percent = (share: number) => `${(share * 100).toFixed(share < 0.095 ? 1 : 0)} %`

export const studyText = {
  rate,
  percent,
  run: 'Run',
  again: 'Run again',
  cancel: 'Cancel',
  progress: (done: number, of: number) => (of === 0 ? 'starting' : `${done} of ${of} runs`),
  held: 'waits while the simulation plays',
  cancelled: (done: number, of: number) => `cancelled after ${done} of ${of} runs`,
  failed: (why: string) => `failed: ${why}`,
  silent: 'does not answer: cancel it and run it again, or wait',
  progressLabel: (title: string) => `${title}: how far it is`,
  published: {
    sub: 'what the mechanisms yield; prices that were fitted to it are named',
    columns: ['measured', 'published', 'simulated', 'counts as a hit'],
    steps: (n: string) => `${n} steps`,
    exactly: (figure: string) => `exactly ${figure}`,
    atMost: (most: string) => `at most ${most}`,
    range: (from: string, to: string) => `${from} to ${to}`,
    unknown: '–',
    hit: '✓ hit',
    miss: '✗ miss',
    fitted: (price: string) => `no prediction: ${price}, was fitted to it`,
    hits: (hits: number, known: number, fitted: number) =>
      `${hits} of ${known} hit${fitted > 0 ? `, ${fitted} of them fitted` : ''}`,
  },
  scaling: {
    sub: 'each CPU maps a page and takes one back, 600 ns of work after each',
    unit: 'maps/s, log',
    xUnit: 'CPUs',
    plot: 'line plot',
    keys: 'Left and right go from one number of CPUs to the next, up and down from line to line, Escape leaves.',
    formula: 'formula of one lock',
    formulaOf: (line: string) => `${line}, formula`,
    point: (line: string, cpus: number, maps: string, wait: string) =>
      `${line}, ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}: ${maps} maps/s, ${wait} of the time waiting for locks`,
    steps: (steps: string) => `, ${steps} steps through the tree per map`,
    describe: (lines: string) => `Maps a second against the number of CPUs. ${lines}`,
    one: (line: string, best: string, at: number, last: string, cpus: number) =>
      `${line}: at most ${best} with ${at} CPUs, ${last} with ${cpus}.`,
    none: 'No result yet.',
    columns: (cpus: readonly number[]) => ['maps/s', ...cpus.map((n) => `${n} ${n === 1 ? 'CPU' : 'CPUs'}`)],
  },
  flush: {
    sub: 'evenly spaced unmaps on one CPU',
    stale: 'longest reachable after unmap, log',
    flushes: 'flushes per 1\u2009000 unmaps, log',
    xUnit: 'unmaps/s',
    xUnitShort: '/s',
    plot: 'two line plots',
    keys: 'Left and right go from one rate to the next, up and down from mode to mode, Escape leaves.',
    modes: { strict: 'strict', deferred: 'deferred', none: 'none' },
    rate: (n: number) => rate(n).replace(/\.0+(?= )/, ''),
    endless: 'no end',
    formula: 'formula',
    own: (n: string) => `this run: ${n}/s`,
    point: (mode: string, of: string, stale: string, flushes: string) =>
      `${mode}, ${of} unmaps/s: reachable for ${stale}, ${flushes} flushes per 1\u2009000`,
    tip: (of: string, found: string) => `${of}/s: ${found}`,
    beside: (found: string, form: string) => `${found}, formula ${form}`,
    byFormula: (stale: string, flushes: string) => ` (by formula ${stale} and ${flushes})`,
    reached: (n: string) => `; the CPU does ${n}/s`,
    describe: (modes: string) =>
      `The longest that what was unmapped can be reached, and flushes per 1\u2009000 unmaps, against the rate of unmaps. ${modes}`,
    one: (mode: string, said: string) => `${mode}: ${said}.`,
    at: (of: string, stale: string, flushes: string) => `${stale} and ${flushes} at ${of}`,
    none: 'No result yet.',
    columns: [
      'unmaps/s',
      'strict: reachable',
      'strict: flushes',
      'deferred: reachable',
      'deferred: flushes',
      'formula: reachable',
      'formula: flushes',
      'none: reachable',
      'none: flushes',
    ],
  },
  bounce: {
    sub: (writes: number) => `4K requests of a virtual machine, ${writes} % writes, all through the bounce pool`,
    unit: 'requests/s, log',
    xUnit: 'jobs',
    plot: 'line plot',
    keys: 'Left and right go from one number of jobs to the next, up and down from line to line, Escape leaves.',
    series: { 'one-area': 'one area', areas: 'an area per CPU' },
    jobs: (n: number) => (n === 1 ? '1 job' : `${n} jobs`),
    point: (line: string, jobs: string, requests: string, wait: string) =>
      `${line}, ${jobs}: ${requests} requests/s, each job waits ${wait} of its time for a lock`,
    times: (ratio: number) => `×${ratio.toFixed(2)}`,
    ratio: (line: string) => `${line}, 4 jobs to 1`,
    ratioOf: (four: string, one: string) => `${four} to ${one} requests/s`,
    published: (source: string) => `published, ${source}`,
    publishedOf: (four: string, one: string, writes: string) => `${four} to ${one} reads/s; writes ${writes}`,
    wake: 'waking a CPU',
    wakeOf: (ns: number) => `${ns} ns`,
    wakeIs: 'fitted to what was published',
    unknown: '–',
    describe: (lines: string) => `Requests a second of all jobs together against the number of jobs. ${lines}`,
    one: (line: string, first: string, best: string, last: string) => `${line}: ${first}; at most ${best}; ${last}.`,
    at: (requests: string, jobs: string) => `${requests} with ${jobs}`,
    beside: (ours: string, published: string) =>
      `With one area four jobs do ${ours} of what one does; published ${published} for reads.`,
    none: 'No result yet.',
    columns: (jobs: readonly string[]) => ['requests/s', ...jobs],
    waiting: (line: string) => `${line}, waiting`,
    publishedRow: (source: string, what: string) => `${source}, one area, ${what}`,
    reads: 'reads',
    writes: 'writes',
  },
} as const
