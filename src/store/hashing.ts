// State hashes of links as the page's worker gives them, by way of the client and without drawing anything: what a test
// compares with Node's.

import type { LinkCodec } from '../share/codec.ts'
import { type Position, presetOf, type Recording, withRecording } from '../sim/index.ts'
import type { SimSource } from '../worker/client.ts'

interface HashingOptions {
  /** A source in a worker of its own; made when first needed, and kept. */
  readonly makeSource: () => SimSource
  readonly decodeLink: LinkCodec['decodeLink']
  readonly fetchRecording: (file: string) => Promise<Recording>
}

/** Opens a link and goes to positions in turn; fails with what the worker says. The hash at each, the link's own first. */
export type Hashing = (link: string, moments: readonly Position[]) => Promise<string[]>

export function createHashing({ makeSource, decodeLink, fetchRecording }: HashingOptions): Hashing {
  let source: SimSource | null = null

  async function arriveAt(go: (source: SimSource) => void): Promise<string> {
    source ??= makeSource()
    const own = source
    await new Promise<void>((done, failed) => {
      const fail = (message: string) => failed(new Error(message))
      own.listen({
        frame() {},
        scenario() {},
        silent() {},
        replaced() {},
        stopped: () => done(),
        problem: fail,
        died: fail,
      })
      go(own)
    })
    return (await own.hash()).hash
  }

  return async (link, moments) => {
    const { scenario, position } = decodeLink(link)
    const preset = presetOf(scenario)
    const whole = preset?.recording ? withRecording(scenario, await fetchRecording(preset.recording)) : scenario
    const hashes = [await arriveAt((own) => own.open(whole, preset?.horizonNs ?? 0, position))]
    for (const to of moments) hashes.push(await arriveAt((own) => own.seek(to)))
    return hashes
  }
}
