#!/usr/bin/env node
// Makes resources/sample.mp4, the video the application offers when its library is empty. Run by hand:
//
//   node scripts/make-sample.mjs [output.mp4]
//
// Needs ffmpeg with libx264 and drawtext on the PATH; takes about a minute. The result is committed, so no build needs this.
//
// The film shows what V-Stack does: a chunk leaves the spinning shape every two seconds, on a key frame, and reaches three stores. It is
// made to be judged by eye and ear while the cluster is being broken: a running clock shows a stall, every ten-second segment has a
// colour, a shape (three to eight corners) and a chord of its own and so shows a wrong seek, a soft pluck on each departing chunk shows
// lost sync. Frames are drawn here, since ffmpeg's own sources cannot draw smooth moving shapes; text, sound and encoding are ffmpeg's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES_PER_SECOND = 30;
const DURATION_SEC = 60;
const SEGMENT_SEC = 10;
const SEGMENTS = DURATION_SEC / SEGMENT_SEC;
const KEY_FRAME_SEC = 2;
const FLIGHT_SEC = 1.3;
const BYTES_MAX = 4_000_000;

const output = process.argv[2] ?? fileURLToPath(new URL('../resources/sample.mp4', import.meta.url));

const segmentColours = [[94, 200, 248], [112, 224, 178], [246, 205, 97], [247, 147, 108], [232, 121, 178], [164, 142, 250]];
const white = [236, 242, 252];
const slate = [62, 78, 112];
const source = { x: 330, y: 352 };
const stores = [{ x: 950, y: 192 }, { x: 1030, y: 352 }, { x: 950, y: 512 }];

const clamp = (x, low = 0, high = 1) => Math.min(high, Math.max(low, x));
const mix = (a, b, t) => a + (b - a) * t;
const smooth = (t) => { const x = clamp(t); return x * x * (3 - 2 * x); };

/** A still backdrop: it costs the encoder nothing after the first frame, which leaves the bits to what moves. */
const drawBackdrop = () => {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const glow = Math.exp(-(((x - 620) / 620) ** 2) - ((y - 340) / 360) ** 2);
      const at = (y * WIDTH + x) * 3;
      pixels[at] = Math.round(9 + 15 * glow);
      pixels[at + 1] = Math.round(14 + 22 * glow);
      pixels[at + 2] = Math.round(27 + 34 * glow);
    }
  }
  return pixels;
};

/**
 * Paints a shape given by its signed distance (negative inside, in pixels) over a box around its middle. Coverage falls from one to zero
 * over `softness` pixels, which is all the anti-aliasing a filled shape needs; a large softness makes a glow.
 */
const paint = (frame, { x: cx, y: cy }, reach, colour, alpha, distance, softness = 1.5) => {
  const left = Math.max(0, Math.floor(cx - reach));
  const right = Math.min(WIDTH - 1, Math.ceil(cx + reach));
  const bottom = Math.min(HEIGHT - 1, Math.ceil(cy + reach));
  for (let y = Math.max(0, Math.floor(cy - reach)); y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      const cover = alpha * smooth(0.5 - distance(x - cx, y - cy) / softness);
      if (cover <= 0) continue;
      const at = (y * WIDTH + x) * 3;
      for (let channel = 0; channel < 3; channel += 1) frame[at + channel] = mix(frame[at + channel], colour[channel], cover);
    }
  }
};

const disc = (radius) => (x, y) => Math.hypot(x, y) - radius;
const ring = (radius, width) => (x, y) => Math.abs(Math.hypot(x, y) - radius) - width / 2;
const roundedBox = (halfWidth, halfHeight, corner) => (x, y) => {
  const dx = Math.abs(x) - halfWidth + corner;
  const dy = Math.abs(y) - halfHeight + corner;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - corner;
};
const polygon = (corners, radius, turn) => (x, y) => {
  const sector = (2 * Math.PI) / corners;
  const angle = Math.atan2(y, x) + turn;
  const local = angle - sector * Math.round(angle / sector);
  return Math.hypot(x, y) * Math.cos(local) - radius * Math.cos(sector / 2);
};
/** A ring drawn only up to `share` of the circle, from the top, clockwise. */
const arc = (radius, width, share) => (x, y) => {
  const turned = ((Math.atan2(x, -y) / (2 * Math.PI)) + 1) % 1;
  return turned <= share ? ring(radius, width)(x, y) : 100;
};

/** The path of a chunk: a calm curve from the shape's edge to a store, eased at both ends. */
const onPath = (store, progress) => {
  const t = smooth(progress);
  const bendX = mix(source.x, store.x, 0.5);
  const from = { x: source.x + 150, y: source.y };
  return {
    x: (1 - t) ** 2 * from.x + 2 * (1 - t) * t * bendX + t ** 2 * (store.x - 58),
    y: (1 - t) ** 2 * from.y + 2 * (1 - t) * t * store.y + t ** 2 * store.y,
  };
};

const drawFrame = (backdrop, timeSec) => {
  const frame = Buffer.from(backdrop);
  const segment = Math.floor(timeSec / SEGMENT_SEC);
  const intoSegment = timeSec - segment * SEGMENT_SEC;
  const sinceKeyFrame = timeSec % KEY_FRAME_SEC;
  // A short cross-fade keeps the change of segment soft to look at, yet plain to see.
  const colour = segmentColours[segment].map((value, channel) => mix(segmentColours[Math.max(0, segment - 1)][channel], value, smooth(intoSegment / 0.4)));
  const pulse = Math.exp(-3 * sinceKeyFrame);

  for (const store of stores) {
    for (let step = 0; step <= 24; step += 1) paint(frame, onPath(store, step / 24), 3, slate, 0.9, disc(1.6));
  }
  paint(frame, source, 170, colour, 0.1 + 0.06 * pulse, disc(112), 110);
  paint(frame, source, 130, colour, 1, polygon(segment + 3, 100 + 6 * pulse, -timeSec * 0.5), 1.5);
  paint(frame, source, 130, [12, 19, 36], 1, polygon(segment + 3, 74, -timeSec * 0.5), 1.5);
  paint(frame, source, 140, slate, 1, ring(132, 2));
  paint(frame, source, 140, white, 1, arc(132, 4, intoSegment / SEGMENT_SEC));

  // A store's arc fills with the chunks it has taken in this segment; it flashes when one arrives.
  const arrived = Math.floor((intoSegment + KEY_FRAME_SEC - FLIGHT_SEC) / KEY_FRAME_SEC) / (SEGMENT_SEC / KEY_FRAME_SEC);
  const flash = sinceKeyFrame >= FLIGHT_SEC ? Math.exp(-6 * (sinceKeyFrame - FLIGHT_SEC)) : 0;
  for (const store of stores) {
    paint(frame, store, 120, colour, 0.35 * flash, disc(46), 90);
    paint(frame, store, 60, [20, 31, 56], 1, disc(48));
    paint(frame, store, 60, slate, 1, ring(48, 5));
    paint(frame, store, 60, colour, 1, arc(48, 5, arrived));
    for (const [index, dy] of [-15, 0, 15].entries()) {
      paint(frame, { x: store.x, y: store.y + dy }, 28, index < arrived * 3 ? colour : slate, 1, roundedBox(23, 5, 3));
    }
    if (sinceKeyFrame < FLIGHT_SEC) {
      const at = onPath(store, sinceKeyFrame / FLIGHT_SEC);
      paint(frame, at, 36, colour, 0.22, disc(12), 40);
      paint(frame, at, 16, colour, 1, roundedBox(12, 12, 4));
    }
  }

  // The bar at the foot has one block for each segment.
  for (let index = 0; index < SEGMENTS; index += 1) {
    const block = { x: 190 + index * 180, y: 664 };
    paint(frame, block, 86, slate, 0.55, roundedBox(82, 4, 4));
    const filled = clamp(timeSec / SEGMENT_SEC - index);
    if (filled > 0) paint(frame, block, 86, segmentColours[index], 1, (x, y) => Math.max(roundedBox(82, 4, 4)(x, y), x + 82 - 164 * filled));
  }
  return frame;
};

/** One chord for each segment under a slow swell, and a pluck with every departing chunk. All quiet enough to be left running. */
const soundExpression = () => {
  const chords = [[220, 277.18, 329.63], [196, 246.94, 293.66], [174.61, 220, 261.63], [196, 261.63, 329.63], [164.81, 220, 277.18], [220, 293.66, 369.99]];
  const swell = `pow(sin(PI*mod(t,${SEGMENT_SEC})/${SEGMENT_SEC}),0.6)`;
  const tone = (frequency) => `sin(2*PI*${frequency}*t)`;
  const perSegment = chords.map((chord, index) => `between(t,${index * SEGMENT_SEC},${(index + 1) * SEGMENT_SEC - 0.0001})*(${chord.map(tone).join('+')})`);
  const pluck = `exp(-5*mod(t,${KEY_FRAME_SEC}))*(${chords.map(([root], index) => `between(t,${index * SEGMENT_SEC},${(index + 1) * SEGMENT_SEC - 0.0001})*${tone(root * 4)}`).join('+')})`;
  return `0.055*${swell}*(${perSegment.join('+')})+0.09*min(1,mod(t,${KEY_FRAME_SEC})*200)*${pluck}`;
};

const text = (words, style) => `drawtext=text='${words}':fontcolor=0xecf2fc${style}`;
const sans = `:font='DejaVu Sans'`;
const captions = [
  text('V-Stack', `${sans}:fontsize=44:x=64:y=44`),
  text('sample video', `${sans}:fontsize=22:x=66:y=102:alpha=0.65`),
  text(`segment %{eif\\:floor(t/${SEGMENT_SEC})+1\\:d} of ${SEGMENTS}`, `${sans}:fontsize=24:x=330-tw/2:y=518:alpha=0.85`),
  text('%{pts\\:hms}', `${sans}:fontsize=52:x=640-tw/2:y=576`),
  ...stores.map((store, index) => text(`store ${index + 1}`, `${sans}:fontsize=20:x=${store.x + 66}:y=${store.y - 9}:alpha=0.75`)),
].join(',');

const ffmpeg = spawn('ffmpeg', [
  '-hide_banner', '-loglevel', 'error', '-y',
  '-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', `${WIDTH}x${HEIGHT}`, '-framerate', `${FRAMES_PER_SECOND}`, '-i', 'pipe:0',
  '-f', 'lavfi', '-i', `aevalsrc=${soundExpression().replaceAll(',', '\\,')}:s=48000:c=mono:d=${DURATION_SEC}`,
  '-vf', `${captions},scale=out_color_matrix=bt709,format=yuv420p`, '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709',
  '-c:v', 'libx264', '-preset', 'veryslow', '-profile:v', 'high', '-refs', '4', '-crf', '22', '-maxrate', '900k', '-bufsize', '1800k', '-tune', 'animation',
  '-g', `${KEY_FRAME_SEC * FRAMES_PER_SECOND}`, '-keyint_min', `${KEY_FRAME_SEC * FRAMES_PER_SECOND}`, '-sc_threshold', '0',
  '-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-t', `${DURATION_SEC}`,
  '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact', '-movflags', '+faststart', output,
], { stdio: ['pipe', 'inherit', 'inherit'] });
const ended = once(ffmpeg, 'exit');
ffmpeg.stdin.on('error', () => {}); // ffmpeg ended early; its exit code and its own words say why.

const backdrop = drawBackdrop();
for (let index = 0; index < DURATION_SEC * FRAMES_PER_SECOND; index += 1) {
  if (!ffmpeg.stdin.write(drawFrame(backdrop, index / FRAMES_PER_SECOND))) await Promise.race([once(ffmpeg.stdin, 'drain'), ended]);
  if (ffmpeg.exitCode !== null) break;
}
ffmpeg.stdin.end();
const [exitCode] = await ended;
if (exitCode !== 0) throw new Error(`ffmpeg ended with ${exitCode}; what it printed above tells why.`);

const sizeBytes = statSync(output).size;
if (sizeBytes > BYTES_MAX) throw new Error(`${output} has ${sizeBytes} bytes; the sample must stay within ${BYTES_MAX}. Raise -crf.`);
console.log(`${output}: ${sizeBytes} bytes`);
