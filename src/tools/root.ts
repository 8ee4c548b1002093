// Where the project lies. A module of its own: a command that reads a file need not load what builds and serves.

import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
