import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const TESTS = ['src/**/*.test.ts']
/** Tests that put another module in the place of one. */
const REPLACING = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => join('src', path))
  .filter((path) => path.endsWith('.test.ts') && readFileSync(path, 'utf8').includes('vi.mock('))

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // All that is fetched before the page stands is one file: many small ones are packed worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
  worker: { format: 'es' },
  test: {
    environment: 'node',
    maxWorkers: '100%',
    // Generous: what is slow is a matter for the bench, and a busy machine must not fail a test.
    testTimeout: 60_000,
    // Modules are loaded once for many files, a quarter less time; but where one of them is replaced.
    projects: [
      { extends: true, test: { name: 'shared', include: TESTS, exclude: REPLACING, isolate: false } },
      { extends: true, test: { name: 'replacing', include: REPLACING } },
    ],
  },
})
