// npm start [-- --port <n>] [--host <address>]: builds the lab, serves it, prints where it is.

import { parseArgs } from 'node:util'
import { buildAndServe } from './serve.ts'

const USAGE = 'npm start -- [--port <1 to 65535>] [--host <address>]'

function fail(message: string, code: number): never {
  console.error(message)
  process.exit(code)
}

function options(): { port?: number; host?: string } {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } })
    const port = values.port === undefined ? undefined : Number(values.port)
    if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535))
      throw new Error(`${values.port} is no port`)
    return { ...(port !== undefined && { port }), ...(values.host !== undefined && { host: values.host }) }
  } catch (error) {
    return fail(`${(error as Error).message}\n${USAGE}`, 2)
  }
}

const chosen = options()
try {
  const { url } = await buildAndServe(chosen)
  console.log(`dmascope is at ${url}\nCtrl-C ends it.`)
} catch (error) {
  const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  fail(taken ? `Port ${chosen.port ?? ''} is taken; choose another: ${USAGE}` : String(error), 1)
}
