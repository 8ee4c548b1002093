// Binds the host to the worker that it runs in.

import { createHost } from './host.ts'
import type { ToWorker } from './protocol.ts'

interface WorkerScope {
  onmessage: ((event: { readonly data: ToWorker }) => void) | null
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
}

const scope = globalThis as unknown as WorkerScope
// A message to oneself comes after the mail that has arrived meanwhile; a timer would be throttled to 4 ms.
const channel = new MessageChannel()
let pending: (() => void) | null = null
channel.port1.onmessage = () => {
  const callback = pending
  pending = null
  callback?.()
}

const host = createHost({
  post: (message, transfer) => scope.postMessage(message, transfer),
  nowMs: () => performance.now(),
  later(callback, ms) {
    if (ms > 0) return void setTimeout(callback, ms)
    pending = callback
    channel.port2.postMessage(null)
  },
  // With two processors the page's main thread and the browser's compositor share the other one.
  restMs: navigator.hardwareConcurrency > 2 ? 0 : 4,
})
scope.onmessage = (event) => host.receive(event.data)
