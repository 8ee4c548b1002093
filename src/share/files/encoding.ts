// The bytes of a file as text: UTF-8 and UTF-16 of both orders, told by their mark or by where zeros stand; and files that
// are no text at all, by how they begin.
//
// Cost: linear; the first bytes are looked at twice.

/** Of a browser and of Node alike; the pure half has no types of either. */
declare const TextDecoder: new (
  encoding: string,
) => { decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string }

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** Bytes that decide what a file is. */
const HEAD = 1024
/** More control characters than this share, and it is no text. */
const MOST_CONTROLS = 0.1

/** How files begin that people drop by mistake. */
const SIGNATURES: readonly (readonly [bytes: string, what: string])[] = [
  ['\x89PNG', 'a picture (PNG)'],
  ['\xff\xd8\xff', 'a picture (JPEG)'],
  ['GIF8', 'a picture (GIF)'],
  ['BM', 'a picture (BMP)'],
  ['RIFF', 'a picture or a sound (RIFF)'],
  ['%PDF', 'a document (PDF)'],
  ['\x1f\x8b', 'compressed (gzip): unpack it first'],
  ['BZh', 'compressed (bzip2): unpack it first'],
  ['\xfd7zXZ', 'compressed (xz): unpack it first'],
  ['\x28\xb5\x2f\xfd', 'compressed (zstd): unpack it first'],
  ['PK\x03\x04', 'an archive (zip): unpack it first'],
  ['\x7fELF', 'a program (ELF)'],
]

const beginsWith = (head: Uint8Array, bytes: string): boolean =>
  head.length >= bytes.length && Array.from(bytes).every((c, i) => head[i] === c.charCodeAt(0))

/** How the text of a file is encoded, or what it is instead, in words. */
export function encodingOf(head: Uint8Array): { readonly encoding: Encoding } | { readonly binary: string } {
  if (beginsWith(head, '\xff\xfe')) return { encoding: 'utf-16le' }
  if (beginsWith(head, '\xfe\xff')) return { encoding: 'utf-16be' }
  const zeros: [even: number, odd: number] = [0, 0]
  let controls = 0
  head.forEach((byte, i) => {
    if (byte === 0) zeros[i & 1]!++
    // Tab to carriage return, and the escape character of consoles, belong to text.
    else if (byte < 32 && (byte < 9 || byte > 13) && byte !== 27) controls++
  })
  const half = head.length / 2
  // Of text in UTF-16 nearly every other byte is zero, and none of the rest.
  if (zeros[1] > half * 0.7 && zeros[0] < half * 0.05) return { encoding: 'utf-16le' }
  if (zeros[0] > half * 0.7 && zeros[1] < half * 0.05) return { encoding: 'utf-16be' }
  if (zeros[0] + zeros[1] + controls > head.length * MOST_CONTROLS) {
    const known = SIGNATURES.find(([bytes]) => beginsWith(head, bytes))
    return { binary: known ? `the file is ${known[1]}` : 'the file is no text' }
  }
  const known = SIGNATURES.find(([bytes]) => bytes.charCodeAt(0) >= 127 && beginsWith(head, bytes))
  return known ? { binary: `the file is ${known[1]}` } : { encoding: 'utf-8' }
}

/** Bytes on their way to text; pieces may end anywhere. */
export interface Decoding {
  /** The text that has become whole; null when the file is no text, see `binary`. */
  push(bytes: Uint8Array): string | null
  end(): string | null
  /** What a file is that is no text, in words; empty otherwise. */
  binary(): string
}

export function createDecoding(): Decoding {
  let head: Uint8Array[] | null = []
  let seen = 0
  let binary = ''
  let decoder: InstanceType<typeof TextDecoder> | null = null

  function decide(): string | null {
    const all = new Uint8Array(seen)
    let at = 0
    for (const piece of head ?? []) {
      all.set(piece, at)
      at += piece.length
    }
    head = null
    const found = encodingOf(all.subarray(0, HEAD))
    if ('binary' in found) {
      binary = found.binary
      return null
    }
    // The decoder drops the mark at the beginning.
    decoder = new TextDecoder(found.encoding)
    return decoder.decode(all, { stream: true })
  }

  return {
    push(bytes) {
      if (binary !== '') return null
      if (!head) return decoder!.decode(bytes, { stream: true })
      head.push(bytes.slice())
      seen += bytes.length
      return seen < HEAD ? '' : decide()
    },
    end() {
      const first = head ? decide() : binary === '' ? '' : null
      return first === null ? null : first + decoder!.decode()
    },
    binary: () => binary,
  }
}
