import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  base: './',
  plugins: [react()],
  build: { target: 'es2022', modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  // Generous: what is slow is a matter for the bench, and a busy machine must not fail a test.
  test: { include: ['src/**/*.test.ts'], environment: 'node', maxWorkers: '100%', testTimeout: 60_000 },
})
