// Who may import whom, as data: whatever is not allowed here is forbidden. And what may not stand in the pure half,
// because its result could differ from one engine, place or moment to the next.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'
import { describe, expect, it } from 'vitest'

const SRC = dirname(fileURLToPath(import.meta.url))

type Rule = readonly [from: string, to: string, why: string, only?: 'types']

/** Files or folders below src/. Files of one unit (see `unitOf`) import each other freely. */
const FILES: readonly Rule[] = [
  ['sim', 'lib', 'bits, heaps and hashes know no domain'],
  ['sim/scenario', 'sim/params.ts', 'settings are values of parameters'],
  ['sim/scenario', 'sim/iova', 'validation reads the registry of allocators'],
  ['sim/scenario', 'sim/workload', 'validation reads the registry of workloads'],
  ...['iova', 'table', 'dma', 'window'].map(
    (mechanism): Rule => [
      `sim/${mechanism}`,
      'sim/types.ts',
      'what all mean by no entry; where it stands in the kernel',
    ],
  ),
  ...['iova', 'workload', 'boot'].map(
    (mechanism): Rule => [`sim/${mechanism}`, 'sim/params.ts', 'a mechanism declares its parameters'],
  ),
  ...['iova', 'table', 'dma', 'workload', 'swiotlb'].map(
    (mechanism): Rule => [`sim/${mechanism}`, 'sim/engine', 'a mechanism reports its work and knows its prices'],
  ),
  ['sim/dma', 'sim/scenario/platform-iommu.ts', 'the record of its settings', 'types'],
  ['sim/dma', 'sim/flush', 'where unmapped ranges wait'],
  ['sim/workload', 'sim/scenario/recording.ts', 'what a recording is made of'],
  ['sim/boot', 'sim/swiotlb', 'boot decides whether there is a pool, and asks for its size'],
  ['sim/dma', 'sim/iova/allocator.ts', 'the contract of what it is given', 'types'],
  ['sim/dma', 'sim/table', 'a driver changes the table of its vendor'],
  ['sim/dma', 'sim/iotlb', 'a driver sends the commands of its vendor'],
  ['sim/iotlb', 'sim/table', 'the hardware reads the tables that the kernel writes'],

  // What settings come to, before there is a machine.
  ['sim/platform', 'sim/params.ts', 'what it grants follows from settings'],
  ['sim/platform', 'sim/scenario', 'the settings of a device, and how a kernel is chosen'],
  ['sim/platform', 'sim/engine', 'what firmware and hypervisor take, priced'],
  ['sim/platform', 'sim/iova', 'windows as allocators are given them'],
  ['sim/platform', 'sim/boot', 'how a PC comes up'],
  ['sim/platform', 'sim/swiotlb', 'the size of the pool, as the command line says it'],
  ['sim/platform', 'sim/table/tce-multi-levels.ts', 'what VFIO asks a table for', 'types'],
  ['sim/platform', 'sim/window', 'dynamic windows, asked for step by step'],
  ['sim/platform', 'sim/workload/workload.ts', 'the stretches of a guest’s memory', 'types'],

  // The machine: where the mechanisms meet, event by event. It knows nothing of runs, of probes, of studies.
  ['sim/machine', 'sim/params.ts', 'settings'],
  ['sim/machine', 'sim/engine', 'locks, prices, log and recorder of the machine'],
  ['sim/machine', 'sim/iova', 'each window has an allocator'],
  ['sim/machine', 'sim/iotlb', 'devices look their addresses up there'],
  ['sim/machine', 'sim/dma', 'the domain of each device, and the state of its driver'],
  ['sim/machine', 'sim/flush', 'what waits, waits in a queue of its table'],
  ['sim/machine', 'sim/window', 'what a hypervisor is asked for is counted'],
  ['sim/machine', 'sim/boot', 'the outcome of the boot is part of the state'],
  ['sim/machine', 'sim/workload', 'what each CPU is told to do next'],
  ['sim/machine', 'sim/platform', 'what a device is granted'],
  ['sim/machine', 'sim/scenario', 'what it is made from'],
  ['sim/machine', 'sim/paths', 'an operation goes the way of its device'],

  // A way to memory works on what the machine holds, and never runs it.
  ['sim/paths', 'sim/types.ts', 'what all mean by no entry'],
  ['sim/paths', 'sim/machine/state.ts', 'tables, mappings and CPUs'],
  ['sim/paths', 'sim/machine/ledger.ts', 'what was mapped is written down, what is gone struck out'],
  ['sim/paths', 'sim/machine/events.ts', 'the kinds of operations in the log'],
  ['sim/paths', 'sim/machine/hypervisor.ts', 'calls that wrote TCEs are counted and priced'],
  ['sim/paths', 'sim/machine/watched.ts', 'what a device reaches may be looked on'],
  ['sim/paths', 'sim/engine', 'an operation is metered, logged and priced'],
  ['sim/paths', 'sim/dma', 'the kernel’s DMA layer'],
  ['sim/paths', 'sim/iotlb', 'an unmapped address may still be reached'],
  ['sim/paths', 'sim/iova', 'who hands entries out'],
  ['sim/paths', 'sim/flush', 'what an unmap leaves waits in a queue'],
  ['sim/paths', 'sim/window', 'what a direct window’s calls come to'],
  ['sim/paths', 'sim/params.ts', 'settings, as the record of their table'],
  ['sim/paths', 'sim/scenario', 'the settings that choose a way'],
  ['sim/paths', 'sim/table', 'entries are written, and read back'],
  ['sim/paths', 'sim/swiotlb', 'slots of the pool are taken and given back'],
  ['sim/paths', 'sim/boot', 'kernels print a refusal of the pool in their own words'],
  ['sim/paths', 'sim/platform', 'what a device is granted, and where a buffer lies'],
  ['sim/paths', 'sim/workload/workload.ts', 'what is asked for'],

  // A run takes a machine through time and back; it changes it by inputs only.
  ['sim/run', 'sim/params.ts', 'an input sets a value'],
  ['sim/run', 'sim/scenario', 'where it starts, and what is changed on its way'],
  ['sim/run', 'sim/machine', 'what goes through time'],
  ['sim/run', 'sim/engine', 'an input is logged'],
  ['sim/run', 'sim/iotlb/iotlb.ts', 'what became of an access'],
  ['sim/run', 'sim/iova/geometry.ts', 'the addresses of entries'],

  // What the state has in kinds and numbers, in words: for frames and tools. Nothing that runs knows a word.
  ['sim/words', 'sim/engine', 'the log'],
  ['sim/words', 'sim/machine', 'the state, and its kinds'],
  ['sim/words', 'sim/params.ts', 'settings as they were'],
  ['sim/words', 'sim/scenario', 'what a setting is called, and what inputs have changed'],
  ['sim/words', 'sim/platform', 'what a device was granted'],
  ['sim/words', 'sim/iova', 'the names of regions'],
  ['sim/words', 'sim/boot', 'what kernels print'],
  ['sim/words', 'sim/window', 'steps and calls of firmware'],
  ['sim/words', 'sim/table/tce-multi-levels.ts', 'why there is no table'],
  ['sim/probes', 'sim/words', 'a frame carries the newest lines, and the ticks of the time axis'],
  ['sim/probes', 'sim/types.ts', 'what all mean by no entry'],
  ['sim/probes', 'sim/engine', 'what the recorder and the log kept'],
  ['sim/probes', 'sim/scenario/schema.ts', 'a frame carries the scenario it shows', 'types'],
  ['sim/probes', 'sim/scenario/recording.ts', 'a frame tells what was foretold of a recording', 'types'],
  ['sim/probes', 'sim/machine/state.ts', 'what is measured'],
  ['sim/probes', 'sim/machine/events.ts', 'the kinds of operations in the log'],
  ['sim/probes', 'sim/machine/ledger.ts', 'records of the live mappings'],
  ['sim/probes', 'sim/machine/wiring.ts', 'what is measured, without moving it', 'types'],
  ['sim/probes', 'sim/iova/allocator.ts', 'regions are asked of the allocator by its contract', 'types'],
  ['sim/probes', 'sim/iova/geometry.ts', 'the addresses of entries'],
  ['sim/probes', 'sim/flush', 'what waits for a flush'],
  ['sim/probes', 'sim/iotlb', 'what the hardware still translates'],
  ['sim/probes', 'sim/dma', 'where in its pages a buffer begins'],
  ['sim/probes', 'sim/window', 'windows, and what a device went through for them'],
  ['sim/probes', 'sim/boot', 'the steps of the boot', 'types'],
  ['sim/probes', 'sim/swiotlb', 'areas and slot sets of the bounce pool'],
  ['sim/probes', 'sim/paths', 'the parts of a way that it draws'],
  ['sim/probes', 'sim/platform/pc-boot.ts', 'the command line that settings stand for'],
  ['sim/probes', 'sim/platform/pc-memory.ts', 'where memory lies'],
  ['sim/probes', 'sim/scenario/platform-boot.ts', 'the names of kernels'],
  ['sim/probes', 'sim/machine/hypervisor.ts', 'calls of the hypervisor so far'],
  ['sim/probes', 'sim/params.ts', 'settings, as the record of their table'],
  ['sim/probes', 'sim/scenario/platform.ts', 'the mask of a device'],
  ['sim/probes', 'sim/scenario/platform-power.ts', 'settings of guests and partitions'],
  ['sim/probes', 'sim/platform/guest-window.ts', 'where a guest’s memory lies'],
  ['sim/probes', 'sim/platform/partition.ts', 'what virtual functions share'],
  ['sim/probes', 'sim/table', 'table pages are asked of the table'],

  // Studies run many machines, and mechanisms by themselves.
  ['sim/studies', 'sim/types.ts', 'what all mean by no entry'],
  ['sim/studies', 'sim/params.ts', 'each point is a setting'],
  ['sim/studies', 'sim/scenario', 'each point is a scenario'],
  ['sim/studies', 'sim/machine', 'each point is a machine'],
  ...['engine', 'iova', 'table', 'iotlb', 'dma', 'flush', 'swiotlb', 'workload'].map(
    (mechanism): Rule => ['sim/studies', `sim/${mechanism}`, 'a mechanism measured by itself'],
  ),
  ['sim/index.ts', 'sim', 'the door of the page'],
  ['sim/public.ts', 'sim/run', 'runs'],
  ['sim/public.ts', 'sim/probes', 'what they show'],
  ['sim/public.ts', 'sim/scenario', 'what determines them'],
  ['sim/public.ts', 'sim/params.ts', 'settings', 'types'],
  ['sim/public.ts', 'sim/machine/standing.ts', 'where they stand', 'types'],
  ['sim/probes', 'sim/machine/standing.ts', 'where the run stands'],
  ['sim/testing', 'sim', 'for tests and tools, outside the running simulation'],
  ['share', 'lib', 'text helpers know no domain'],
  ['share', 'sim/index.ts', 'a link speaks of scenarios'],
  ['worker', 'sim/public.ts', 'the host runs the simulation, and has no other way in'],
  ['store', 'sim/index.ts', 'scenarios and frames'],
  ['store', 'share', 'the link is the store as text'],
  ['store', 'worker/client.ts', 'the store talks to the simulation through the client'],
  ['store/testing', 'worker/host.ts', 'its tests have the worker in their own thread'],
  ['store', 'worker/study-client.ts', 'studies run in a worker of their own'],
  // A door of its own: what only studies need is fetched with the views that show them.
  ['worker', 'sim/studies/index.ts', 'the host of studies runs them'],
  ['store', 'sim/studies/index.ts', 'what studies find', 'types'],
  ['views', 'sim/studies/index.ts', 'lines and rows of studies'],
  ['app', 'sim/scenario/stories.ts', 'what presets say, fetched when the page stands'],
  ['store', 'worker/protocol.ts', 'the messages', 'types'],
  ['store/loadable.tsx', 'text', 'a part that did not come says so in its place'],
  ...['views', 'controls'].flatMap((half): Rule[] => [
    [half, 'lib', 'formats know no domain'],
    [half, 'sim/index.ts', 'frames, parameters, presets'],
    [half, 'store', 'the state that is shown and changed'],
    [half, 'text', 'every word of the page'],
    [half, 'ui', 'what explains itself'],
  ]),
  ['ui', 'text', 'what can be explained, and the words for it'],
  ['text', 'lib', 'formats know no domain'],
  ['text', 'sim/index.ts', 'names that texts are keyed by', 'types'],
  ['text', 'worker/protocol.ts', 'how an errand ended', 'types'],
  ...['lib', 'sim/index.ts', 'store', 'views', 'controls', 'text', 'ui'].map(
    (below): Rule => ['app', below, 'the app puts everything together'],
  ),
  ...['app', 'controls', 'share', 'sim/index.ts', 'store', 'ui', 'views', 'worker/client.ts'].map(
    (part): Rule => ['main.tsx', part, 'wires the parts and mounts the app'],
  ),
]

/** Packages; tests may use any. */
const PACKAGES: readonly Rule[] = [
  ['share', 'valibot', 'what comes from outside is checked'],
  ['store', 'zustand', 'the store'],
  ['store', 'react', 'the hooks that read it'],
  ...['views', 'controls', 'app', 'ui'].map((folder): Rule => [folder, 'react', 'the page']),
  ...['controls', 'app', 'ui'].map((folder): Rule => [folder, 'radix-ui', 'accessible parts']),
  ...['controls', 'app'].map((folder): Rule => [folder, 'lucide-react', 'icons']),
  ['app', 'minisearch', 'presets are found by words'],
  ['views', 'd3', 'scales, axes, zoom'],
  ['views/kit/colour-science.ts', 'culori', 'what an eye makes of a colour, for tests'],
  ['ui', 'react-dom', 'captions stand beside the picture that they belong to'],
  ['main.tsx', 'react', 'mounts the app'],
  ['main.tsx', 'react-dom', 'mounts the app'],
  ...['node:', 'vite', '@vitejs', '@playwright/test'].map((name): Rule => ['tools', name, 'tools run in Node']),
]

/** Folders whose files may import anything below src/. */
const FREE = ['tools']
const PURE = ['lib', 'sim', 'share']

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path)

/** A top-level folder; inside sim/ each folder and each file beside them, because there the mechanisms are closed. */
function unitOf(path: string): string {
  const [top = '', second = '', ...deeper] = path.split('/')
  if (top !== 'sim') return second === '' ? path : top
  return deeper.length > 0 ? `sim/${second}` : path
}

type Node = { readonly type: string; readonly [key: string]: unknown }
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string'

function visit(value: unknown, each: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, each)
  else if (isNode(value)) {
    each(value)
    for (const key in value) if (key !== 'parent') visit(value[key], each)
  }
}

function parse(path: string, source: string): Node {
  const { program, errors } = parseSync(path, source)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  return program as unknown as Node
}

interface Import {
  readonly specifier: string
  readonly typesOnly: boolean
}

/** Every import in whatever form; a computed one has the specifier `?`. */
function importsOf(path: string, source: string): Import[] {
  const found: Import[] = []
  const add = (from: unknown, typesOnly: boolean): void => {
    const { value } = (from ?? {}) as { value?: unknown }
    found.push({ specifier: typeof value === 'string' ? value : '?', typesOnly })
  }
  visit(parse(path, source), (node) => {
    const allTypes = (kind: string, list: unknown): boolean =>
      node[kind] === 'type' || ((list as Node[]).length > 0 && (list as Node[]).every((s) => s[kind] === 'type'))
    if (node.type === 'ImportDeclaration') add(node.source, allTypes('importKind', node.specifiers))
    if (node.type === 'ExportNamedDeclaration' && node.source) add(node.source, allTypes('exportKind', node.specifiers))
    if (node.type === 'ExportAllDeclaration') add(node.source, node.exportKind === 'type')
    if (node.type === 'ImportExpression') add(node.source, false)
    if (node.type === 'TSImportType') add(node.source ?? node.argument, true)
    const [url, base] = (node.arguments ?? []) as Node[]
    const constructed = node.type === 'NewExpression' && (node.callee as Node).name === 'URL'
    if (constructed && base?.type === 'MemberExpression' && (base.object as Node).type === 'MetaProperty')
      add(url, false)
  })
  return found
}

const targetOf = (path: string, specifier: string): string => join(dirname(path), specifier.split('?')[0] ?? '')

/** The rules by which a file imports something; of imports within a unit, and of free folders, there are none. */
function rulesFor(path: string, { specifier, typesOnly }: Import): Rule[] {
  const outside = !specifier.startsWith('.')
  const to = outside ? specifier : targetOf(path, specifier)
  return (outside ? PACKAGES : FILES).filter(
    ([from, target, , only]) =>
      within(path, from) &&
      (only === undefined || typesOnly) &&
      (within(to, target) || (target === 'node:' && to.startsWith(target))),
  )
}

const isFree = (path: string, target: string): boolean =>
  FREE.some((folder) => within(path, folder)) || unitOf(path) === unitOf(target)

/** What is wrong with a file's imports, one line each. */
function importFaults(path: string, source: string): string[] {
  return importsOf(path, source).flatMap((each) => {
    const { specifier, typesOnly } = each
    if (isTest(path)) return []
    if (!specifier.startsWith('.')) return rulesFor(path, each).length > 0 ? [] : [`${path} → package ${specifier}`]
    const target = targetOf(path, specifier)
    if (isTest(target)) return [`${path} → ${target}: nothing imports a test`]
    if (target.startsWith('..')) return [`${path} → ${target}: outside of src`]
    const forTests = within(target, 'sim/testing') && !within(path, 'sim/testing') && !within(path, 'tools')
    if (forTests) return [`${path} → ${target}: only for tests and tools`]
    return isFree(path, target) || rulesFor(path, each).length > 0
      ? []
      : [`${path} → ${target}${typesOnly ? ' (types)' : ''}`]
  })
}

/** A worker is built without the help of settings (vite.config.ts): files of the pure half that read one. */
const readsHelp = (path: string, source: string): string[] =>
  isTest(path) || !/^(sim|share|worker)\//.test(path) || !/\.help\b/.test(source) ? [] : [path]

/** Rules that no import of these files needs: without them nothing more would be forbidden. */
function unneeded(imports: ReadonlyMap<string, readonly Import[]>): string[] {
  const needed = new Set<Rule>()
  for (const [path, list] of imports)
    for (const each of list) {
      if (each.specifier.startsWith('.') && isFree(path, targetOf(path, each.specifier))) continue
      const [rule, ...others] = rulesFor(path, each)
      if (rule && others.length === 0) needed.add(rule)
    }
  return [...FILES, ...PACKAGES].filter((rule) => !needed.has(rule)).map(([from, to]) => `${from} → ${to}`)
}

/** Files that import each other in a ring, types included: one line each, sorted. */
function rings(imports: ReadonlyMap<string, readonly Import[]>): string[] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const found: string[] = []
  const walk = (path: string): number => {
    const own = order.size
    order.set(path, own)
    low.set(path, own)
    stack.push(path)
    let itself = false
    for (const { specifier } of imports.get(path) ?? []) {
      if (!specifier.startsWith('.')) continue
      const target = targetOf(path, specifier)
      itself ||= target === path
      if (!imports.has(target)) continue
      const reached = order.has(target) ? (stack.includes(target) ? order.get(target)! : own) : walk(target)
      low.set(path, Math.min(low.get(path)!, reached))
    }
    if (low.get(path) === own) {
      const ring = stack.splice(stack.indexOf(path)).sort()
      if (ring.length > 1 || itself) found.push(ring.join(', '))
    }
    return low.get(path)!
  }
  for (const path of imports.keys()) if (!order.has(path)) walk(path)
  return found.sort()
}

/** Exact by specification, or rounded to the nearest by it. Everything else of Math may differ between engines. */
const MATH = new Set('abs ceil clz32 floor fround imul max min round sign sqrt trunc'.split(' '))
const GLOBALS = new Set(['Date', 'Intl', 'globalThis', 'Temporal'])

/** What in a file of the pure half could make two runs differ, one line each. */
function pureFaults(path: string, source: string): string[] {
  const faults: string[] = []
  const fault = (what: string): unknown => faults.push(`${path}: ${what}`)
  let mathAllowed = 0
  let mathSeen = 0
  visit(parse(path, source), (node) => {
    if (node.operator === '**' || node.operator === '**=') fault('**')
    if (node.type === 'ForInStatement') fault('for…in')
    if (node.type === 'Identifier' && node.name === 'Math') mathSeen++
    if (node.type === 'Identifier' && GLOBALS.has(String(node.name))) fault(String(node.name))
    if (node.type !== 'MemberExpression') return
    const property = String((node.property as Node).name ?? (node.property as Node).value)
    if (/^toLocale|^localeCompare$/.test(property)) fault(property)
    if ((node.object as Node).name !== 'Math') return
    if (!node.computed && MATH.has(property)) mathAllowed++
    else fault(`Math.${property}`)
  })
  // Math in any other position could hand its functions on under another name.
  if (mathSeen > mathAllowed && !faults.some((line) => line.includes('Math.'))) fault('Math as a value')
  return faults
}

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(ts|tsx)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
const read = (path: string): string => readFileSync(join(SRC, path), 'utf8')
const imports = new Map(files.filter((path) => !isTest(path)).map((path) => [path, importsOf(path, read(path))]))

describe('the source', () => {
  it('imports only what the list allows', () => {
    expect(files.length).toBeGreaterThan(20)
    expect(files.flatMap((path) => importFaults(path, read(path)))).toEqual([])
  })

  it('keeps the pure half free of chance, clocks, places and inexact functions', () => {
    const pure = files.filter((path) => PURE.some((folder) => within(path, folder)) && !isTest(path))
    expect(pure.length).toBeGreaterThan(10)
    expect(pure.flatMap((path) => pureFaults(path, read(path)))).toEqual([])
  })

  it('has a reason for every rule, and no rule about a folder that is gone', () => {
    for (const [from, to, why] of [...FILES, ...PACKAGES]) expect(`${from} ${to}: ${why}`).toMatch(/: .{4}/)
    const named = [...FILES.map(([from]) => from), ...FILES.map(([, to]) => to)]
    expect(named.filter((path) => !existsSync(join(SRC, path)))).toEqual([])
  })

  it('has no rule that no import needs, and none that opens the whole core to a part of it', () => {
    expect(unneeded(imports)).toEqual([])
    const wide = FILES.filter(([, to]) => to === 'sim').map(([from]) => from)
    expect(wide).toEqual(['sim/index.ts', 'sim/testing'])
  })

  it('leaves the help of settings to the page: a worker has none', () => {
    expect(readsHelp('sim/a.ts', 'const x = param.help')).toEqual(['sim/a.ts'])
    expect(files.flatMap((path) => readsHelp(path, read(path)))).toEqual([])
  })

  it('imports nothing in a ring, not even types', () => {
    expect(rings(imports)).toEqual([])
  })
})

/** Whose style a class is, by its first letters: of the parts of the page those of a folder, of `ui/` those that all may wear. */
const WORN_IN: Readonly<Record<string, readonly string[]>> = {
  a: ['app'],
  g: ['app'],
  c: ['controls'],
  u: ['ui', 'app', 'controls', 'store', 'views'],
}

describe('the classes of the page', () => {
  it('are worn where their style is at home, and what app and controls share is of ui', () => {
    const styles = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.css'))
    const styled = new Set(
      styles.flatMap((path) => [...read(path).matchAll(/\.([acgu]-[a-z][\w-]*)/g)].map((m) => m[1])),
    )
    const faults = files
      .filter((path) => /^(app|controls)\/.*\.tsx$/.test(path))
      .flatMap((path) =>
        [...read(path).matchAll(/(?<![\w-])([acgu])-[a-z][\w-]*/g)]
          .filter(([name, letter = '']) => styled.has(name) && !WORN_IN[letter]!.includes(path.split('/')[0]!))
          .map(([name]) => `${path}: ${name}`),
      )
    expect(faults).toEqual([])
  })
})

describe('the import rules bite', () => {
  it.each([
    ['lib/a.ts', "import { x } from '../sim/index.ts'", 'lib/a.ts → sim/index.ts'],
    ['sim/iova/a.ts', "import { x } from '../table/index.ts'", 'sim/iova/a.ts → sim/table/index.ts'],
    ['sim/machine/a.ts', "import { x } from '../run/run.ts'", 'sim/machine/a.ts → sim/run/run.ts'],
    ['sim/paths/a.ts', "import { advance } from '../machine/machine.ts'", 'sim/paths/a.ts → sim/machine/machine.ts'],
    [
      'sim/platform/a.ts',
      "import type { S } from '../machine/state.ts'",
      'sim/platform/a.ts → sim/machine/state.ts (types)',
    ],
    ['sim/machine/a.ts', "import { x } from '../words/log.ts'", 'sim/machine/a.ts → sim/words/log.ts'],
    ['sim/run/a.ts', "import type { F } from '../probes/frames.ts'", 'sim/run/a.ts → sim/probes/frames.ts (types)'],
    ['tools/a.ts', "import { x } from '../../e2e/lab.page.ts'", 'tools/a.ts → ../e2e/lab.page.ts: outside of src'],
    ['sim/iova/a.ts', "import type { T } from '../table/table.ts'", 'sim/iova/a.ts → sim/table/table.ts (types)'],
    ['sim/dma/a.ts', "import { define } from '../iova/allocator.ts'", 'sim/dma/a.ts → sim/iova/allocator.ts'],
    ['sim/dma/a.ts', "import { type T, f } from '../iova/allocator.ts'", 'sim/dma/a.ts → sim/iova/allocator.ts'],
    ['sim/workload/a.ts', "export * from '../dma/dma-ops.ts'", 'sim/workload/a.ts → sim/dma/dma-ops.ts'],
    ['sim/engine/a.ts', "export { x } from '../machine/machine.ts'", 'sim/engine/a.ts → sim/machine/machine.ts'],
    ['sim/engine/a.ts', "export type { X } from '../iova/a.ts'", 'sim/engine/a.ts → sim/iova/a.ts (types)'],
    ['sim/types.ts', "import '../share/url.ts'", 'sim/types.ts → share/url.ts'],
    ['sim/machine/a.ts', "import d3 from 'd3'", 'sim/machine/a.ts → package d3'],
    ['sim/machine/a.ts', "import 'node:fs'", 'sim/machine/a.ts → package node:fs'],
    ['share/a.ts', "import { x } from '../sim/machine/machine.ts'", 'share/a.ts → sim/machine/machine.ts'],
    ['share/a.ts', "import type { S } from '../store/state.ts'", 'share/a.ts → store/state.ts (types)'],
    ['worker/a.ts', "import { x } from '../share/url.ts'", 'worker/a.ts → share/url.ts'],
    ['store/a.ts', "const x = import('../views/index.ts')", 'store/a.ts → views/index.ts'],
    ['store/a.ts', "type X = import('../app/app.tsx').X", 'store/a.ts → app/app.tsx (types)'],
    ['store/a.ts', "new Worker(new URL('../worker/entry.ts', import.meta.url))", 'store/a.ts → worker/entry.ts'],
    ['views/a.tsx', "import { x } from '../controls/a.tsx'", 'views/a.tsx → controls/a.tsx'],
    ['controls/a.tsx', "import { x } from '../views/index.ts'", 'controls/a.tsx → views/index.ts'],
    ['controls/a.tsx', "import { scale } from 'd3'", 'controls/a.tsx → package d3'],
    ['app/a.tsx', "import { x } from '../sim/run/run.ts'", 'app/a.tsx → sim/run/run.ts'],
    ['app/a.tsx', "import { x } from '../tools/serve.ts'", 'app/a.tsx → tools/serve.ts'],
    ['app/a.tsx', "import { x } from '../store/lab.test.ts'", 'app/a.tsx → store/lab.test.ts: nothing imports a test'],
    [
      'sim/machine/a.ts',
      "import '../testing/dump.ts'",
      'sim/machine/a.ts → sim/testing/dump.ts: only for tests and tools',
    ],
    ['app/a.tsx', "const x = await import('./' + name)", 'app/a.tsx → package ?'],
  ])('%s may not: %s', (path, source, fault) => {
    expect(importFaults(path, source)).toEqual([fault])
  })

  it('and what lies in a ring is found, of types too and however long it is', () => {
    const graph = (...edges: [string, string, boolean][]): ReadonlyMap<string, Import[]> =>
      new Map(edges.map(([from, specifier, typesOnly]) => [from, [{ specifier, typesOnly }]]))
    expect(rings(graph(['a.ts', './b.ts', true], ['b.ts', './c.ts', false], ['c.ts', './a.ts', true]))).toEqual([
      'a.ts, b.ts, c.ts',
    ])
    expect(rings(graph(['a.ts', './a.ts', true]))).toEqual(['a.ts'])
    expect(rings(graph(['a.ts', './b.ts', false], ['b.ts', './c.ts', false]))).toEqual([])
  })

  it.each([
    ['sim/machine/a.ts', "import { x } from '../iova/index.ts'"],
    ['sim/dma/a.ts', "import { type A, type B } from '../iova/allocator.ts'"],
    ['sim/iova/a.ts', "// import { x } from '../table/a.ts'\nimport { x } from './b.ts'"],
    ['tools/a.ts', "import { x } from '../sim/run/run.ts'"],
    ['views/kit/a.tsx', "import { x } from '../index.ts'"],
    ['lib/a.test.ts', "import { x } from 'vitest'"],
  ])('%s may: %s', (path, source) => {
    expect(importFaults(path, source)).toEqual([])
  })
})

describe('the rules of the pure half bite', () => {
  it.each([
    ['const x = Math.random()', 'Math.random'],
    ...'log exp pow sin cos tan cbrt log2 log10 log1p expm1 hypot atan atan2 asin acos sinh cosh tanh'
      .split(' ')
      .map((name) => [`const x = Math.${name}(a, b)`, `Math.${name}`]),
    ["const x = Math['sin'](1)", 'Math.sin'],
    ['const { random } = Math', 'Math as a value'],
    ['const x = a ** b', '**'],
    ['a **= 2', '**'],
    ['const x = new Date()', 'Date'],
    ['const x = Date.now()', 'Date'],
    ['const x = new Intl.NumberFormat()', 'Intl'],
    ['const x = globalThis.performance', 'globalThis'],
    ['const x = n.toLocaleString()', 'toLocaleString'],
    ['const x = a.localeCompare(b)', 'localeCompare'],
    ['for (const k in x) f(k)', 'for…in'],
  ])('%s', (source, fault) => {
    expect(pureFaults('lib/a.ts', source)).toEqual([`lib/a.ts: ${fault}`])
  })

  it('and let exact arithmetic pass', () => {
    expect(pureFaults('lib/a.ts', "// Math.random\nconst x = Math.floor(Math.sqrt(2)) + 'Date'.length")).toEqual([])
  })
})
