// Builds the lab and serves it from memory: a later build in the same folder does not disturb a running server.

import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { ROOT } from './root.ts'

export const DIST = join(ROOT, 'dist')
const FIRST_PORT = 4173
const LAST_PORT = 4272

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
}
const COMPRESSED = new Set(['.html', '.js', '.css', '.json', '.svg', '.txt', '.webmanifest'])

interface Asset {
  readonly plain: Buffer
  readonly gzip: Buffer | null
  readonly headers: Record<string, string>
}

function loadAssets(folder: string): Map<string, Asset> {
  const assets = new Map<string, Asset>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const url = `/${path
      .slice(folder.length + 1)
      .split(sep)
      .join('/')}`
    const ext = extname(path)
    const plain = readFileSync(path)
    // Names under assets/ carry a hash of their content.
    const cache = url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    const headers = {
      'content-type': TYPES[ext] ?? 'application/octet-stream',
      'cache-control': cache,
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
    }
    assets.set(url, { plain, gzip: COMPRESSED.has(ext) ? gzipSync(plain, { level: 9 }) : null, headers })
  }
  return assets
}

function serverOf(assets: Map<string, Asset>, { headers: extra = {}, answer }: ServeOptions): Server {
  return createServer((request, response) => {
    if (answer?.(request, response)) return
    const path = (request.url ?? '/').split(/[?#]/)[0] ?? '/'
    const asset = assets.get(path.endsWith('/') ? `${path}index.html` : path)
    if (!asset || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(asset ? 405 : 404, { 'content-type': 'text/plain' }).end(asset ? 'GET only' : 'not found')
      return
    }
    const gzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') ? asset.gzip : null
    const body = gzip ?? asset.plain
    const headers = {
      ...asset.headers,
      ...extra,
      'content-length': body.length,
      ...(gzip && { 'content-encoding': 'gzip' }),
    }
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : body)
  })
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      done()
    })
  })
}

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

/** Serves what dist/ holds. */
export async function serveBuilt(options: ServeOptions = {}): Promise<Served> {
  const { port, host = '127.0.0.1' } = options
  const server = serverOf(loadAssets(DIST), options)
  for (let candidate = port ?? FIRST_PORT; ; candidate++) {
    try {
      await listen(server, candidate, host)
      break
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!taken || port !== undefined || candidate === LAST_PORT) throw error
    }
  }
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://${host}:${actual}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
