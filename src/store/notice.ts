// What the store has to say to a person; it is turned into words outside.

import type { Preset } from '../sim/index.ts'
import type { Ended } from '../worker/protocol.ts'
import type { Act } from './session/history.ts'

export type Notice =
  | { readonly kind: 'ended'; readonly ended: Ended }
  | { readonly kind: 'undo' | 'redo'; readonly act: Act }
  | { readonly kind: 'opened'; readonly preset: Preset }
  | { readonly kind: 'seed' }
  | { readonly kind: 'log'; readonly name: string; readonly device: string }
