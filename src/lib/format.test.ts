import { expect, test } from 'vitest'
import { bitRate, bytes, count, duration, entryAddress, hex, ms, percent } from './format.ts'

test('hex groups four digits from the right and pads to eight', () => {
  expect(hex(0)).toBe('0x0000_0000')
  expect(hex(0x7c23600)).toBe('0x07c2_3600')
  expect(hex(0x2440_9a3c_0000)).toBe('0x2440_9a3c_0000')
  expect(hex(0x12345, 4)).toBe('0x0001_2345')
})

test('an address above 2^53 is exact', () => {
  expect(entryAddress(2 ** 43 + 1, 16)).toBe('0x0800_0000_0001_0000')
})

test('thousands stand apart by a thin space', () => {
  expect(count(7)).toBe('7')
  expect(count(4077)).toBe('4\u2009077')
  expect(count(1234567)).toBe('1\u2009234\u2009567')
  expect(count(-1500)).toBe('−1\u2009500')
})

test('bytes take the unit that suits them and drop a zero decimal', () => {
  expect(bytes(0)).toBe('0 B')
  expect(bytes(1500)).toBe('1\u2009500 B')
  expect(bytes(65536)).toBe('64 KiB')
  expect(bytes(4077 * 65536)).toBe('254.8 MiB')
  expect(bytes(2 ** 31)).toBe('2 GiB')
  expect(bytes(2 ** 40 - 2 ** 23)).toBe('1 TiB')
  expect(bytes(2 ** 30 - 2 ** 26)).toBe('960 MiB')
})

test('time is written in milliseconds or in the unit that suits it', () => {
  expect(ms(11_120_000)).toBe('11.120')
  expect(duration(320)).toBe('320 ns')
  expect(duration(1900)).toBe('1.9 µs')
  expect(duration(845_000)).toBe('0.845 ms')
  expect(duration(2_500_000_000)).toBe('2.5 s')
})

test('a share reads as full or empty only when it is', () => {
  expect(percent(0.0634)).toBe('6.3 %')
  expect(percent(1)).toBe('100 %')
  expect(percent(0.9999)).toBe('> 99.9 %')
  expect(percent(0.995)).toBe('99.5 %')
  expect(percent(0)).toBe('0 %')
  expect(percent(0.0001)).toBe('< 0.1 %')
})

test('a bit rate is written in powers of ten', () => {
  expect(bitRate(9.41e9)).toBe('9.4 Gbit/s')
  expect(bitRate(10e9)).toBe('10 Gbit/s')
  expect(bitRate(999.97e6)).toBe('1 Gbit/s')
})
