import { describe, expect, it } from 'vitest';
import { boxesIn, clearTimes, readBox } from '../../../../../runtime/services/uploader/ingest/boxes.ts';

const u32 = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const box = (type: string, ...body: number[]): number[] => [...u32(8 + body.length), ...[...type].map((letter) => letter.charCodeAt(0)), ...body];

describe('boxes', () => {
  it('are read with short, long and open sizes', () => {
    const short = Uint8Array.from(box('free', 1, 2));
    expect(readBox(short, 0, short.length)).toEqual({ type: 'free', start: 0, bodyStart: 8, end: 10 });
    const long = Uint8Array.from([...u32(1), ...box('mdat').slice(4), ...u32(1), ...u32(2)]);
    expect(readBox(long, 0, long.length)).toEqual({ type: 'mdat', start: 0, bodyStart: 16, end: 2 ** 32 + 2 });
    const open = Uint8Array.from([...u32(0), ...box('mdat').slice(4), 9, 9]);
    expect(readBox(open, 0, 500)).toMatchObject({ end: 500 });
  });

  it('that cannot be are no boxes', () => {
    expect(readBox(Uint8Array.from([...u32(7), 1, 2, 3, 4]), 0, 8)).toBeUndefined();
    expect(readBox(new Uint8Array(7), 0, 7)).toBeUndefined();
    expect([...boxesIn(Uint8Array.from([...box('free'), ...u32(99), 1, 2, 3, 4]))].map(({ type }) => type)).toEqual(['free']);
  });

  it('lose their times in both versions, and nothing else', () => {
    const dated = (version: number, times: number): number[] => [version, 0, 0, 0, ...Array<number>(times).fill(7), 1, 2, 3];
    const moov = Uint8Array.from(
      box('moov', ...box('mvhd', ...dated(0, 8)), ...box('trak', ...box('tkhd', ...dated(1, 16)), ...box('mdia', ...box('mdhd', ...dated(0, 8))))),
    );
    clearTimes(moov);
    expect([...moov].filter((byte) => byte === 7)).toEqual([]);
    const untouched = Uint8Array.from(
      box('moov', ...box('mvhd', ...dated(0, 8)), ...box('trak', ...box('tkhd', ...dated(1, 16)), ...box('mdia', ...box('mdhd', ...dated(0, 8))))),
    );
    expect([...moov]).toEqual([...untouched].map((byte) => (byte === 7 ? 0 : byte)));
  });
});
