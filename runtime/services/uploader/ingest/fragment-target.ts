/**
 * Takes fragments from the muxer as it writes them. Its own way of handing them out (`onMdat`) gathers each in a buffer that grows by
 * doubling, several times the size of the fragment; here the samples stay where the demuxer read them, and are copied once, into a chunk.
 *
 * A fragment is written as: moof · mdat header (8 bytes: size, type; written twice, first without the size) · samples. `_write` is the
 * method by which mediabunny's targets receive bytes and their position in the file; the tests would notice if it were another one.
 */
import { NullTarget } from 'mediabunny';

/** A fragment is far below 4 GiB, from where on a header would be longer. */
const HEADER_BYTES = 8;

export interface WrittenFragment {
  startSec: number;
  parts: Uint8Array[];
}

export class FragmentTarget extends NullTarget {
  /** Finished fragments, the oldest first; whoever takes one removes it. */
  readonly fragments: WrittenFragment[] = [];
  private mdatStart = Infinity;
  private header = new Uint8Array(HEADER_BYTES);

  /** The moof that ends at `end` is written; what follows it is its mdat. */
  beginFragment(moof: Uint8Array, end: number, startSec: number): void {
    this.mdatStart = end;
    this.header = new Uint8Array(HEADER_BYTES);
    this.fragments.push({ startSec, parts: [moof, this.header] });
  }

  _write(data: Uint8Array, position: number): void {
    const offset = position - this.mdatStart;
    if (offset < 0) return;
    // The muxer writes every header field from the same few bytes, so they are copied.
    if (offset < HEADER_BYTES) this.header.set(data, offset);
    else if (offset < new DataView(this.header.buffer).getUint32(0)) this.fragments.at(-1)!.parts.push(data);
  }
}
