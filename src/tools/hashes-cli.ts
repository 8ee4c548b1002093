// npm run hashes -- [--browser <name>] [--random <n>] [--seed <n>] [--openings <n>]: every preset and so many random
// runs in Node and in a browser. Ends with 1 when a hash differs.

import { parseArgs } from 'node:util'
import { BROWSERS, notFound } from './browser.ts'
import { hashFaults } from './hash-page.ts'
import { hashedInNode, linksToHash } from './hashes.ts'
import { buildAndServe } from './serve.ts'

const USAGE = `npm run hashes -- [--browser <${Object.keys(BROWSERS).join(' | ')}>] [--random <n>] [--seed <n>] [--openings <n>]`

function fail(message: string, code: number): never {
  console.error(message)
  process.exit(code)
}

const whole = { type: 'string', default: '' } as const

function read() {
  try {
    const options = {
      browser: { type: 'string', default: 'chromium' },
      random: whole,
      seed: whole,
      openings: whole,
    } as const
    const { browser, ...numbers } = parseArgs({ options }).values
    if (!BROWSERS[browser]) throw new Error(`--browser ${browser}: not known`)
    const count = (name: keyof typeof numbers, otherwise: number) => {
      if (numbers[name] === '') return otherwise
      if (!/^\d{1,9}$/.test(numbers[name])) throw new Error(`--${name} ${numbers[name]}: not a whole number`)
      return Number(numbers[name])
    }
    return {
      name: browser,
      random: count('random', 60),
      seed: count('seed', 1),
      openings: Math.max(1, count('openings', 3)),
    }
  } catch (error) {
    return fail(`${(error as Error).message}\n${USAGE}`, 2)
  }
}

const { name, random, seed, openings } = read()
const browser = BROWSERS[name]?.() ?? fail(notFound(name), 2)
const seconds = (fromMs: number) => ((performance.now() - fromMs) / 1000).toFixed(1)
try {
  ;(await buildAndServe()).close()
  const began = performance.now()
  const wanted = linksToHash(random, seed).map(hashedInNode)
  console.log(`Node: ${wanted.length} links, ${seconds(began)} s`)
  const opened = performance.now()
  const faults = await hashFaults(browser, wanted, openings)
  for (const fault of faults) console.log(fault)
  const agreed = wanted.length - faults.length
  console.log(`${name}: ${agreed} of ${wanted.length} agree, ${openings} openings each, ${seconds(opened)} s`)
  process.exit(faults.length > 0 ? 1 : 0)
} catch (error) {
  fail(error instanceof Error ? error.message : String(error), 1)
}
