// Any browser's hashes of links, without a driver: the page that it opens fetches the links, lets the lab's own worker run
// them, and posts what comes of it.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from './browser.ts'
import type { Hashed } from './hashes.ts'
import { type Served, serveBuilt } from './serve.ts'

/** A browser that posts nothing for so long has stopped. */
const SILENCE_MS = 120_000

/** The lab, and beside it a script that asks its handles. */
const PAGE = `<!doctype html><title>dmascope: hashes</title>
<iframe src="./?testing=1" width="1440" height="900"></iframe>
<script type="module">
const lab = async () => {
  for (;;) {
    const { dmascope } = document.querySelector('iframe').contentWindow
    if (dmascope) return dmascope
    await new Promise((done) => setTimeout(done, 50))
  }
}
const { hashes, ready } = await lab()
await ready()
const { openings, links } = await (await fetch('hashes/links')).json()
for (const { link, moments } of links) {
  const posted = { openings: [] }
  try {
    for (let i = 0; i < openings; i++) posted.openings.push(await hashes(link, moments))
  } catch (error) {
    posted.error = String(error)
  }
  await fetch('hashes/posted', { method: 'POST', body: JSON.stringify(posted) })
}
</script>`

/** What a browser made of a link: the hashes of each opening, and what ended them early. */
interface Posted {
  readonly openings: readonly (readonly string[])[]
  readonly error?: string
}

/**
 * Opens every link so many times in one page of a browser and goes through its positions each time. Returns what differs, an
 * item for each link that has another hash anywhere. Throws an Error when the browser ends or says nothing for two minutes.
 */
export async function hashFaults(browser: Browser, wanted: readonly Hashed[], openings: number): Promise<string[]> {
  const faults: string[] = []
  const job = JSON.stringify({ openings, links: wanted.map(({ link, moments }) => ({ link, moments })) })
  let taken = 0
  const profile = mkdtempSync(join(tmpdir(), 'dmascope-hashes-'))
  let served: Served | undefined
  let program: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((done, failed) => {
      const wait = () => {
        clearTimeout(timer)
        timer = setTimeout(() => failed(new Error(`nothing came from ${browser.path} for 2 minutes`)), SILENCE_MS)
      }
      const take = (posted: Posted) => {
        const fault = faultOf(posted, wanted[taken++]!, openings)
        if (fault) faults.push(fault)
        wait()
        if (taken === wanted.length) done()
      }
      const answer = (request: IncomingMessage, response: ServerResponse) => answerTo(request, response, job, take)
      serveBuilt({ answer }).then((there) => {
        served = there
        program = spawn(browser.path, browser.args(profile, `${there.url}hashes`), { stdio: 'ignore', detached: true })
        program.once('error', failed)
        program.once('exit', (code) => failed(new Error(`${browser.path} ended with ${code}`)))
        wait()
      }, failed)
    })
  } finally {
    clearTimeout(timer)
    if (program) await end(program)
    served?.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  return faults
}

function faultOf({ openings, error }: Posted, { link, hashes }: Hashed, times: number): string | null {
  const all = openings.map((opening) => opening.join(' '))
  const expected = hashes.join(' ')
  if (!error && all.length === times && all.every((opening) => opening === expected)) return null
  return `${link}\n  Node: ${expected}\n  here: ${[...all, ...(error ? [error] : [])].join('\n        ')}`
}

function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  job: string,
  take: (posted: Posted) => void,
): boolean {
  const reply = (type: string, body: string) => void response.writeHead(200, { 'content-type': type }).end(body)
  switch (request.url) {
    case '/hashes':
      reply('text/html; charset=utf-8', PAGE)
      return true
    case '/hashes/links':
      reply('application/json', job)
      return true
    case '/hashes/posted': {
      let body = ''
      request.on('data', (piece) => {
        body += piece
      })
      request.on('end', () => {
        reply('text/plain', 'taken')
        take(JSON.parse(body))
      })
      return true
    }
    default:
      return false
  }
}

/** Ends a browser with all its processes, and waits until it is gone. */
async function end(program: ChildProcess): Promise<void> {
  const { pid } = program
  if (pid === undefined || program.exitCode !== null) return
  const gone = new Promise((done) => program.once('close', done))
  process.kill(-pid, 'SIGTERM')
  // What has a display to take away does so at the polite word.
  const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), 3000)
  await gone
  clearTimeout(timer)
}
