/**
 * mediabunny keeps lists that grow with the file, for seeking and for an index at the end of the output. A stream needs neither, and ten
 * hours of video would be half a gigabyte. There is no option against it, so the lists are emptied here, by their internal names; a test
 * watches that the names still fit the pinned version.
 */
import type { InputTrack, Output } from 'mediabunny';

type Internals<Shape> = { [Key in keyof Shape]?: Shape[Key] };

/** Every sample ever written, which only the closing `mfra` box would list. */
export const forgetMuxed = (output: Output): boolean => {
  type Holder = Internals<{ finalizedChunks: unknown[] }>;
  const muxer = (output as unknown as Internals<{ _muxer: Holder & Internals<{ trackDatas: Holder[] }> }>)._muxer;
  for (const holder of [muxer, ...(muxer?.trackDatas ?? [])]) if (holder?.finalizedChunks?.length) holder.finalizedChunks.length = 0;
  return muxer?.finalizedChunks !== undefined;
};

/** Packets of a transport stream, with their data, that seeking could start from. Other containers keep no such list. */
export const forgetDemuxed = (track: InputTrack): boolean => {
  type Stream = Internals<{ referencePesPackets: unknown[] }>;
  const stream = (track as unknown as Internals<{ _backing: Internals<{ elementaryStream: Stream }> }>)._backing?.elementaryStream;
  if (stream?.referencePesPackets?.length) stream.referencePesPackets.length = 0;
  return stream?.referencePesPackets !== undefined;
};
