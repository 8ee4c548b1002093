// npm start [-- --port <n>] [--host <address>] [--built]: builds the lab, serves it, prints where it is. `--built`: what
// was built last is served as it is.

import { parseArgs } from 'node:util'
import { buildAndServe, type ServeOptions, serveBuilt } from './serve.ts'

const USAGE = 'npm start -- [--port <1 to 65535>] [--host <address>] [--built]'

function fail(message: string, code: number): never {
  console.error(message)
  process.exit(code)
}

function options(): ServeOptions & { readonly built: boolean } {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, host: { type: 'string' }, built: { type: 'boolean', default: false } },
    })
    const port = values.port === undefined ? undefined : Number(values.port)
    if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535))
      throw new Error(`${values.port} is no port`)
    const { host, built } = values
    return { built, ...(port !== undefined && { port }), ...(host !== undefined && { host }) }
  } catch (error) {
    return fail(`${(error as Error).message}\n${USAGE}`, 2)
  }
}

const { built, ...chosen } = options()
try {
  const { url } = await (built ? serveBuilt : buildAndServe)(chosen)
  // As an end, not as a death: what was copied is taken away.
  process.once('SIGINT', () => process.exit())
  console.log(`dmascope is at ${url}\nCtrl-C ends it.`)
} catch (error) {
  const taken = /already in use/.test(String(error))
  fail(taken ? `Port ${chosen.port ?? ''} is taken; choose another: ${USAGE}` : String(error), 1)
}
