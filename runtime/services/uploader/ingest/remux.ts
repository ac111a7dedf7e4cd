/**
 * Remuxing: packets are taken out of the source and put, unchanged, into a fragmented MP4 that is cut at key frames.
 *
 * Packets are pulled one at a time, so a slow consumer slows the reading, and memory holds one group of pictures whatever the size of the
 * file. The order in which the tracks' packets go in is decided by their timestamps alone: the same file gives the same bytes.
 */
import {
  EncodedAudioPacketSource, EncodedPacketSink, EncodedVideoPacketSource, Mp4OutputFormat, Output,
  type EncodedPacket, type InputAudioTrack, type InputVideoTrack,
} from 'mediabunny';
import { VStackError } from '../../../contract/errors.ts';
import { MIB } from '../../../contract/units.ts';
import { clearTimes } from './boxes.ts';
import { forgetDemuxed, forgetMuxed } from './constant-memory.ts';
import { FragmentTarget, type WrittenFragment } from './fragment-target.ts';
import type { OpenMedia } from './open-media.ts';
import type { Fragment } from './types.ts';

/** A fragment lasts at least this long, or a source of key frames only would fall apart into single pictures. Just below a second: timestamps are rounded. */
const FRAGMENT_SEC_MIN = 0.95;

/** Sound that begins so little before the first picture is cut off, so that the picture begins at zero; more is content, and kept. */
const AUDIO_LEAD_SEC_MAX = 1;

/** The muxer holds everything between two key frames. At a key frame every 10 s this allows 100 Mbit/s. */
const GROUP_BYTES_MAX = 128 * MIB;

export type RemuxPiece = { kind: 'init'; bytes: Uint8Array } | ({ kind: 'fragment' } & Fragment);

export interface RemuxResult {
  mime: string;
  codecs: string;
  durationSec: number;
}

/** One track's packets in decoding order, with the next one in view. */
interface Lane {
  next: EncodedPacket | null;
  /** The latest time that was put into the output. */
  fedSec: number;
  advance(): Promise<void>;
  /** Puts `next` into the output, moved to the output's time. */
  add(packet: EncodedPacket): Promise<void>;
  close(): void;
}

const openVideoLane = async (track: InputVideoTrack, output: Output): Promise<Lane> => {
  const sink = new EncodedPacketSink(track);
  const source = new EncodedVideoPacketSource((await track.getCodec())!);
  output.addVideoTrack(source, { transformationMatrix: await track.getTransformationMatrix() });
  const meta = { decoderConfig: (await track.getDecoderConfig()) ?? undefined };
  const lane: Lane = {
    next: await sink.getFirstKeyPacket({ verifyKeyPackets: true }),
    fedSec: -Infinity,
    async advance() {
      lane.next = lane.next && (await sink.getNextPacket(lane.next, { verifyKeyPackets: true }));
    },
    async add(packet) {
      // Some files mark a picture as key frame although earlier ones follow it; the muxer wants such a one inside its group.
      const type = packet.timestamp < lane.fedSec ? 'delta' : packet.type;
      lane.fedSec = Math.max(lane.fedSec, packet.timestamp);
      await source.add(packet.clone({ type, sideData: {} }), meta);
    },
    close: () => source.close(),
  };
  return lane;
};

const openAudioLane = async (track: InputAudioTrack, output: Output): Promise<Lane> => {
  const sink = new EncodedPacketSink(track);
  const source = new EncodedAudioPacketSource((await track.getCodec())!);
  output.addAudioTrack(source, { languageCode: await track.getLanguageCode() });
  const meta = { decoderConfig: (await track.getDecoderConfig()) ?? undefined };
  const lane: Lane = {
    next: await sink.getFirstPacket(),
    fedSec: -Infinity,
    async advance() {
      lane.next = lane.next && (await sink.getNextPacket(lane.next));
    },
    async add(packet) {
      // Sound that steps back in time (a broken recording) would stop the muxer; such a packet is left out.
      if (packet.timestamp < lane.fedSec) return;
      lane.fedSec = packet.timestamp;
      await source.add(packet, meta);
    },
    close: () => source.close(),
  };
  return lane;
};

/**
 * The lane that is furthest behind. It goes by what was fed, not by what comes next: each lane then stands one packet beyond the others'
 * time, as the muxer needs it to write on, also across a long gap in one of them.
 */
const furthestBehind = (lanes: readonly Lane[]): Lane | undefined =>
  lanes.reduce<Lane | undefined>((best, lane) => (lane.next && (!best || lane.fedSec < best.fedSec) ? lane : best), undefined);

export interface RemuxOptions {
  signal: AbortSignal;
  /** @default GROUP_BYTES_MAX */
  groupBytesMax?: number;
}

/** Yields the init segment, then the fragments in order; returns what is known at the end. Throws `unsupported_media` or the signal's reason. */
export async function* remux(media: OpenMedia, { signal, groupBytesMax = GROUP_BYTES_MAX }: RemuxOptions): AsyncGenerator<RemuxPiece, RemuxResult> {
  const initParts: Uint8Array[] = [];
  const target = new FragmentTarget();
  const written = target.fragments;
  let groupBytes = 0;
  const output = new Output({
    target,
    format: new Mp4OutputFormat({
      fastStart: 'fragmented',
      minimumFragmentDuration: FRAGMENT_SEC_MIN,
      onFtyp: (data) => initParts.push(data),
      onMoov: (data) => initParts.push(data),
      onMoof(data, position, startSec) {
        groupBytes = 0;
        target.beginFragment(data, position + data.length, startSec);
      },
    }),
  });
  try {
    const video = await openVideoLane(media.video, output);
    const audio = media.audio && (await openAudioLane(media.audio, output));
    if (!video.next) {
      throw new VStackError('unsupported_media', 'The video has no key frame, so playing could not begin anywhere. Check that it plays on this computer.', {
        details: { reason: 'no-key-frame' },
      });
    }
    const videoStartSec = video.next.timestamp;
    const leadSec = videoStartSec - (audio?.next?.timestamp ?? videoStartSec);
    const originSec = leadSec > AUDIO_LEAD_SEC_MAX ? videoStartSec - leadSec : videoStartSec;
    while (audio?.next && audio.next.timestamp < originSec) await audio.advance();
    // A sound track without packets would keep the muxer waiting for its first one.
    if (audio && !audio.next) audio.close();

    const lanes = audio ? [video, audio] : [video];
    let endSec = 0;
    let isInitOut = false;
    await output.start();
    for (let lane = furthestBehind(lanes); lane; lane = furthestBehind(lanes)) {
      signal.throwIfAborted();
      const packet = lane.next!;
      const timestamp = packet.timestamp - originSec;
      endSec = Math.max(endSec, timestamp + packet.duration);
      groupBytes += packet.byteLength;
      if (groupBytes > groupBytesMax) {
        throw new VStackError(
          'unsupported_media',
          `The video has no key frame within ${Math.round(groupBytesMax / MIB)} MiB, at ${timestamp.toFixed(1)} s. Re-encode it with a key frame every few seconds.`,
          { details: { reason: 'long-group' } },
        );
      }
      await lane.add(packet.clone({ timestamp }));
      await lane.advance();
      if (!lane.next) lane.close();
      if (!isInitOut && initParts.length === 2) {
        isInitOut = true;
        yield { kind: 'init', bytes: takeInit(initParts) };
      }
      // A fragment's duration is known once the next one begins, so the newest stays.
      while (written.length > 1) yield takeFragment(written, written[1]!.startSec);
      forgetMuxed(output);
      for (const track of media.tracks) forgetDemuxed(track);
    }
    await output.finalize();
    if (!isInitOut && initParts.length === 2) yield { kind: 'init', bytes: takeInit(initParts) };
    joinShortTail(written, endSec);
    while (written.length > 0) yield takeFragment(written, written[1]?.startSec ?? endSec);
    const type = await output.getMimeType();
    const [mime, codecs] = /^([^;]+)(?:;\s*codecs="([^"]*)")?/.exec(type)!.slice(1);
    return { mime: mime!, codecs: (codecs ?? '').replaceAll(' ', ''), durationSec: endSec };
  } finally {
    if (output.state !== 'finalized' && output.state !== 'canceled') await output.cancel();
  }
}

/** What is left at the end (often a little sound that outlasts the picture) goes with the fragment before it, lest it become a segment of its own. */
const joinShortTail = (written: WrittenFragment[], endSec: number): void => {
  const [before, tail] = written.slice(-2);
  if (!before || !tail || endSec - tail.startSec >= FRAGMENT_SEC_MIN) return;
  before.parts.push(...tail.parts);
  written.pop();
};

const takeInit = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  clearTimes(bytes);
  return bytes;
};

const takeFragment = (written: WrittenFragment[], endSec: number): { kind: 'fragment' } & Fragment => {
  const { startSec, parts } = written.shift()!;
  return { kind: 'fragment', parts, startSec, durationSec: Math.max(0, endSec - startSec) };
};
