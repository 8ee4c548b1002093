import { describe, expect, it } from 'vitest'
import { askAgain, createPart, missingParts, partsShown, reached, soon, Unreached, watchMissing } from './part.ts'

const turn = () => new Promise((done) => setTimeout(done))

/** A server that is there or not. */
function served<T>(value: T) {
  const server = {
    there: true,
    asked: 0,
    load: async () => {
      server.asked++
      if (!server.there) throw new TypeError('Failed to fetch dynamically imported module')
      return value
    },
  }
  return server
}

describe('a part that comes later', () => {
  it('is asked for once, however many want it', async () => {
    const server = served('map')
    const part = createPart(server.load)
    const came: string[] = []
    part.whenThere((value) => came.push(value))
    part.ask()
    part.ask()
    expect([part.value(), part.loading()]).toEqual([null, true])
    await partsShown()
    part.whenThere((value) => came.push(value))
    expect([part.value(), part.failures(), server.asked, came]).toEqual(['map', 0, 1, ['map', 'map']])
  })

  it('that does not come is told, is not asked for by itself, and comes when all are asked for again', async () => {
    const servers = [served('a'), served('b')]
    for (const server of servers) server.there = false
    const parts = servers.map(({ load }) => createPart(load))
    let told = 0
    const off = watchMissing((more) => {
      if (more) told++
    })
    const changes: (string | null)[] = []
    parts[0]?.subscribe(() => changes.push(parts[0]?.value() ?? null))
    for (const part of parts) part.ask()
    await partsShown()
    expect([told, missingParts(), parts.map((p) => p.failures()), changes]).toEqual([2, 2, [1, 1], [null]])
    for (const part of parts) part.ask()
    await turn()
    expect(servers.map((s) => s.asked)).toEqual([1, 1])

    askAgain()
    await partsShown()
    expect(parts.map((p) => p.failures())).toEqual([2, 2])
    askAgain(false)
    expect([parts.map((p) => p.failures()), servers.map((s) => s.asked)]).toEqual([[3, 3], [2, 2]]) // biome-ignore format: one
    for (const server of servers) server.there = true
    askAgain()
    expect(parts.map((p) => p.loading())).toEqual([true, true])
    await partsShown()
    expect(parts.map((p) => [p.value(), p.failures()])).toEqual([['a', 0], ['b', 0]]) // biome-ignore format: one
    askAgain()
    await turn()
    expect([missingParts(), servers.map((s) => s.asked)]).toEqual([0, [3, 3]])
    off()
  })

  it('is used when it comes late, but not by who has left', async () => {
    const server = served(1)
    server.there = false
    const part = createPart(server.load)
    const used: string[] = []
    part.whenThere(() => used.push('stayed'))
    part.whenThere(() => used.push('left'))()
    await partsShown()
    server.there = true
    askAgain()
    await partsShown()
    expect(used).toEqual(['stayed'])
  })

  it('begun at once is loaded once for the first who asks, and anew after that', async () => {
    const server = served('panel')
    server.there = false
    const load = soon(server.load)
    expect(server.asked).toBe(1)
    await expect(load()).rejects.toThrow()
    server.there = true
    expect([await load(), server.asked]).toEqual(['panel', 2])
  })

  it('that a file needs fails with a sentence', async () => {
    const server = served('reader')
    server.there = false
    const failure = await reached(server.load, 'What reads it is missing.').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Unreached)
    expect(String((failure as Error).message)).toBe('What reads it is missing.')
    server.there = true
    expect(await reached(server.load, '')).toBe('reader')
  })
})
