// Builds the lab and serves it, with Vite's preview, from a copy: a later build in the same folder does not disturb a
// running server.

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, preview } from 'vite'
import { ROOT } from './root.ts'

export const DIST = join(ROOT, 'dist')
const FIRST_PORT = 4173

export interface Served {
  readonly url: string
  close(): void
}

export interface ServeOptions {
  /** Exactly this port, or else an Error; without it the first free one from 4173 on. */
  readonly port?: number
  readonly host?: string
  /** Sent with every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Asked first; true when it has taken the request. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** Builds into dist/ and serves what was built. */
export async function buildAndServe(options: ServeOptions = {}): Promise<Served> {
  await build({ root: ROOT, logLevel: 'warn' })
  return serveBuilt(options)
}

/** Serves what dist/ holds now. */
export async function serveBuilt(options: ServeOptions = {}): Promise<Served> {
  const { port, host = '127.0.0.1', headers = {}, answer } = options
  const folder = mkdtempSync(join(tmpdir(), 'dmascope-served-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  cpSync(DIST, folder, { recursive: true })
  const { httpServer } = await preview({
    configFile: false,
    logLevel: 'silent',
    // What is not there is not found.
    appType: 'mpa',
    build: { outDir: folder },
    preview: { host, headers, port: port ?? FIRST_PORT, strictPort: port !== undefined, allowedHosts: true },
    plugins: [
      {
        name: 'answer',
        configurePreviewServer({ middlewares }) {
          middlewares.use((request, response, next) => {
            if (!answer?.(request, response)) next()
          })
        },
      },
    ],
  })
  const { port: actual } = httpServer.address() as AddressInfo
  return {
    url: `http://${host}:${actual}/`,
    close() {
      httpServer.close()
      if ('closeAllConnections' in httpServer) httpServer.closeAllConnections()
      remove()
    },
  }
}
