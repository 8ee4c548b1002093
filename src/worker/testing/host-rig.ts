// A host whose clock and mail a test moves by hand.

import { presetById } from '../../sim/public.ts'
import { createHost } from '../host.ts'
import type { FrameRequest, FromWorker, ToWorker } from '../protocol.ts'

const { scenario, horizonNs } = presetById('frames-64k')!
export const ASK: FrameRequest = {
  ...{ type: 'frame', source: 1, request: 1, table: 0, inspect: null, logLines: 9, recycle: [] },
  probes: { timeline: {} },
}

export function rig(restMs = 0) {
  const said: FromWorker[] = []
  let queue: (() => void)[] = []
  let ms = 0
  const host = createHost({
    post: (message) => said.push(message),
    nowMs: () => {
      ms += 1
      return ms
    },
    later: (callback, after) => {
      queue.push(callback)
      ms += after
    },
    restMs,
  })
  return {
    said,
    send: (message: ToWorker) => host.receive(message),
    wait: (forMs: number) => {
      ms += forMs
    },
    clock: () => ms,
    turn() {
      const now = queue
      queue = []
      for (const callback of now) callback()
      return now.length > 0
    },
    settle() {
      while (this.turn());
    },
    ended() {
      const last = said.findLast((m) => m.type === 'stopped')
      return last?.type === 'stopped' ? last.ended : null
    },
    frame() {
      host.receive(ASK)
      const last = said.at(-1)!
      if (last.type !== 'frame') throw new Error(last.type)
      return last.frame
    },
  }
}

export function opened(ns = 0, restMs = 0) {
  const r = rig(restMs)
  r.send({ type: 'open', source: 1, scenario, horizonNs, at: { ns } })
  r.settle()
  return r
}
