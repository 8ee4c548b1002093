// The link codec over the simulation's own presets.

import { fieldAt, fieldsOf, presets, withValue } from '../sim/index.ts'
import { linkCodec } from './codec.ts'

export type { DecodedLink, Link } from './codec.ts'

export const { encodeLink, decodeLink } = linkCodec({ presets, fieldsOf, fieldAt, withValue })
