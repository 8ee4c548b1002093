// Binds the study host to the worker that it runs in.

import type { ToStudy } from './protocol.ts'
import { createStudyHost } from './study-host.ts'

interface WorkerScope {
  onmessage: ((event: { readonly data: ToStudy }) => void) | null
  postMessage(message: unknown): void
}

const scope = globalThis as unknown as WorkerScope
const host = createStudyHost({
  post: (message) => scope.postMessage(message),
  nowMs: () => performance.now(),
  later: (callback, ms) => void setTimeout(callback, ms),
  // With two processors the page and the browser's compositor want half of this one.
  restMs: navigator.hardwareConcurrency > 2 ? 1 : 12,
})
scope.onmessage = (event) => host.receive(event.data)
