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
  'frames-64k': [of(268_173_312, 6_138_000, 1_969, { ns: 3_634_443, npages: 1 })],
  'frames-4k': [of(33_538_048, 12_282_000)],
  pools: [of(771_555_328, 17_659_500)],
  halves: [of(119_259_136, 104_615_644, 57, { ns: 2_513_528, npages: 16 })],
  pinhole: [of(1_036_288, 379_500, 110, { ns: 121_235, npages: 1 })],
  'per-table': [of(33_533_952, 12_280_500), of(134_217_728, 134_217_728)],
  'fine-coarse': [of(167_751_680, 146_498_228)],
  'one-size': [of(268_042_240, 6_135_000, 3_129, { ns: 1_080_369, npages: 1 })],
  jumbo: [of(268_238_848, 36_837_000, 614, { ns: 3_664_401, npages: 1 })],
  tso: [of(25_165_824, 8_348_928)],
  'two-ports': [of(268_238_848, 6_139_500, 3_983, { ns: 3_054_765, npages: 1 })],
  'real-1mib': [of(1_036_288, 588_908, 54, { ns: 1_060_402, npages: 1 })],
  'real-boot': [of(524_288, 524_288)],
}
