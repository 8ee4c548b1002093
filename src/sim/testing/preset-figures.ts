// What every preset has come to at the end of its first time axis, table by table. A unit test holds the core to it,
// and a browser test the page.

export interface TableFigures {
  readonly mappedBytes: number
  readonly usefulBytes: number
  readonly refused: number
  readonly first: { readonly ns: number; readonly npages: number } | null
}

const of = (
  mappedBytes: number,
  usefulBytes: number,
  refused = 0,
  first: TableFigures['first'] = null,
): TableFigures => ({ mappedBytes, usefulBytes, refused, first })

/** By preset, then by table in the order of the devices that own them. */
export const presetFigures: Readonly<Record<string, readonly TableFigures[]>> = {
  'frames-64k': [of(267_780_096, 6_129_000, 1_895, { ns: 3_637_980, npages: 1 })],
  'frames-4k': [of(33_538_048, 12_282_000)],
  pools: [of(771_555_328, 17_659_500)],
  halves: [of(119_259_136, 104_615_644, 57, { ns: 2_513_528, npages: 16 })],
  pinhole: [of(1_036_288, 379_500, 110, { ns: 121_235, npages: 1 })],
  'per-table': [of(33_533_952, 12_280_500), of(134_217_728, 134_217_728)],
  'fine-coarse': [of(167_751_680, 146_498_228)],
  'one-size': [of(268_107_776, 6_136_500, 3_090, { ns: 1_077_637, npages: 1 })],
  jumbo: [of(268_238_848, 36_837_000, 633, { ns: 3_665_889, npages: 1 })],
  tso: [of(25_165_824, 8_348_928)],
  'two-ports': [of(268_238_848, 6_139_500, 3_947, { ns: 3_059_813, npages: 1 })],
  'real-1mib': [of(1_036_288, 588_908, 54, { ns: 1_060_402, npages: 1 })],
  'real-boot': [of(524_288, 524_288)],
  'one-lock': [of(4_145_152, 4_145_152)],
  chunks: [of(4_165_632, 4_165_632)],
  magazines: [of(4_161_536, 4_161_536)],
  'linear-wall': [of(53_215_232, 53_215_232)],
  'producer-consumer': [of(3_026_944, 3_026_944)],
  'greedy-cpu': [of(67_100_672, 24_573_000, 5_308, { ns: 3_650_990, npages: 1 })],
  'mask-32': [of(4_299_157_504, 4_296_501_796, 330, { ns: 4_726_026, npages: 1 })],
  'nvme-mixed': [of(66_940_928, 66_940_928)],
  strict: [of(8_224_768, 3_012_000)],
  batched: [of(1_048_576, 1_048_576)],
  never: [of(262_144, 262_144)],
  'untrusted-device': [of(65_536, 65_536)],
  'hypervisor-2011': [of(71_303_168, 71_303_168)],
  'iotlb-wall': [of(1_048_576, 1_048_576)],
  superpages: [of(67_108_864, 67_108_864)],
  splitting: [of(71_303_168, 71_303_168)],
  'partial-unmap': [of(29_360_128, 29_360_128)],
  'exact-size-flush': [of(71_303_168, 71_303_168)],
  'nvlink-flat': [of(0, 0, 1_080, { ns: 0, npages: 512 })],
  'nvlink-whole': [of(34_359_738_368, 34_359_738_368)],
  'nvlink-on-demand': [of(34_359_738_368, 34_359_738_368)],
  'real-mode': [of(34_359_738_368, 34_359_738_368)],
  'default-window': [of(130_011_136, 108_752_492, 250, { ns: 828_812, npages: 16 })],
  'ddw-direct': [of(17_179_869_184, 17_179_869_184)],
  'ddw-indirect': [of(132_186_112, 3_025_500)],
  'hypervisor-64k': [of(132_120_576, 3_024_000)],
  'vfio-guest': [of(1_879_048_192, 1_879_048_192, 896, { ns: 400_000, npages: 256 })],
  'vfs-256': [of(132_120_576, 3_024_000)],
  'iommu-fails': [of(3_479_552, 2_548_500)],
  panic: [of(0, 0)],
  'late-4mb': [of(4_190_208, 3_069_000, 1_161, { ns: 1_066_321, npages: 1 })],
  'give-back': [of(8_380_416, 3_069_000)],
  'leak-64m': [of(8_380_416, 3_069_000)],
  nommu: [of(0, 0, 1_482, { ns: 224, npages: 1 })],
  'bounce-load': [of(1_689_600, 1_237_500)],
  'full-but-empty': [of(2_621_440, 2_621_440, 172, { ns: 0, npages: 512 })],
  'slot-leak': [of(4_194_304, 4_194_304, 755, { ns: 4_765_324, npages: 2 })],
  'one-area': [of(421_888, 421_888)],
  areas: [of(2_498_560, 2_498_560)],
}
