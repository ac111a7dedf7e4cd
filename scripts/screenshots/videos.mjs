/**
 * Videos for the library of the pictures, made by the browser that takes them: several that look different, as in a real one, and long enough that
 * a player does not have the whole at once. A grain lies over them, so that they are as large as filmed ones.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';

/** Length in seconds. The last one is watched, and does not end before the last picture is taken. */
const VIDEOS = [
  { title: 'Harbour, winter', scene: 'harbour', durationSec: 48 },
  { title: 'Lecture 05, clocks', scene: 'clocks', durationSec: 75 },
  { title: 'Lecture 06, quorums and what they cost', scene: 'quorums', durationSec: 520 },
];

/** Runs in the page: draws and encodes one video, and returns it in base64. */
const record = async ({ scene, durationSec }) => {
  const { BufferTarget, CanvasSource, Output, WebMOutputFormat } = globalThis.Mediabunny;
  const [WIDTH, HEIGHT, FRAMES_PER_SECOND, BITS_PER_SECOND] = [640, 360, 8, 600_000];
  const GRAIN_SHIFT_PX = 64;
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d');

  const grain = new OffscreenCanvas(WIDTH + GRAIN_SHIFT_PX, HEIGHT + GRAIN_SHIFT_PX);
  const grainContext = grain.getContext('2d');
  const pixels = grainContext.createImageData(grain.width, grain.height);
  // A multiplicative generator is random enough for grain, and the same in every run.
  let state = 1;
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let index = 0; index < pixels.data.length; index += 4) pixels.data.set([0, 0, 0, next() * 22], index);
  grainContext.putImageData(pixels, 0, 0);

  const fill = (colour, x, y, width, height) => {
    context.fillStyle = colour;
    context.fillRect(x, y, width, height);
  };
  const disc = (colour, x, y, radius) => {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  };
  const write = (text, x, y, sizePx, colour = '#1d2733') => {
    context.fillStyle = colour;
    context.font = `600 ${sizePx}px sans-serif`;
    context.fillText(text, x, y);
  };
  const line = (colour, widthPx, ...points) => {
    context.strokeStyle = colour;
    context.lineWidth = widthPx;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.stroke();
  };
  const slide = (title, colour) => {
    fill('#f4f1ea', 0, 0, WIDTH, HEIGHT);
    fill(colour, 0, 0, 14, HEIGHT);
    write(title, 44, 58, 30);
  };
  const scenes = {
    harbour: (sec) => {
      const sky = context.createLinearGradient(0, 0, 0, 220);
      sky.addColorStop(0, '#7fa8c9');
      sky.addColorStop(1, '#f6d9b8');
      fill(sky, 0, 0, WIDTH, 220);
      disc('#fff1cf', 470, 150 + 8 * Math.sin(sec / 20), 34);
      fill('#4f7690', 0, 215, WIDTH, HEIGHT - 215);
      for (let wave = 0; wave < 9; wave += 1) line('#9cc0d2', 2, ...Array.from({ length: 33 }, (_, step) => [step * 20, 232 + wave * 15 + 4 * Math.sin(step / 2 + sec * (1 + wave / 5) + wave)]));
      for (const [ship, colour] of ['#c8452f', '#2d4257', '#e2b33c'].entries()) {
        const x = ((sec * (6 + 4 * ship) + 210 * ship) % (WIDTH + 160)) - 120;
        fill(colour, x, 208 + ship * 34, 110, 24);
        fill('#f2f2ee', x + 66, 184 + ship * 34, 26, 24);
      }
      for (let flake = 0; flake < 70; flake += 1) disc('#ffffff', (flake * 97 + sec * (12 + (flake % 7))) % WIDTH, (flake * 53 + sec * (34 + (flake % 11) * 3)) % HEIGHT, 1 + (flake % 3));
    },
    clocks: (sec) => {
      slide('05  Clocks', '#0b7285');
      const at = 70 + ((sec * 40) % 500);
      for (const [process, y] of [130, 210, 290].entries()) {
        line('#5c6670', 2, [60, y], [590, y]);
        write(`P${process + 1}`, 28, y + 6, 15, '#5c6670');
        for (let event = 0; event < 6; event += 1) {
          const x = 96 + event * 88 + process * 14;
          disc(x < at ? '#0b7285' : '#c3c9cf', x, y, 8);
          if (x < at) write(String(event + process + 1), x - 4, y - 16, 14);
          if (event < 5 && process < 2 && x < at) line('#e8590c', 2, [x, y], [x + 68, y + 80]);
        }
      }
      line('#1d2733', 1.5, [at, 90], [at, 320]);
    },
    quorums: (sec) => {
      slide('06  Quorums', '#6741d9');
      const turn = Math.floor(sec / 3);
      const place = (store) => [330 + 170 * Math.sin((store * 2 * Math.PI) / 5), 208 - 104 * Math.cos((store * 2 * Math.PI) / 5)];
      for (const [quorum, colour] of ['#f08c00', '#1971c2'].entries()) {
        const stores = [0, 1, 2].map((step) => (turn * (quorum + 1) + quorum * 2 + step) % 5);
        line(colour, 26, ...[...stores, stores[0]].map(place));
      }
      for (let store = 0; store < 5; store += 1) {
        disc('#ffffff', ...place(store), 30);
        disc('#6741d9', ...place(store), 26 + 2 * Math.sin(sec * 2 + store));
        write(String(store + 1), place(store)[0] - 6, place(store)[1] + 8, 22, '#ffffff');
      }
      write('any two share a store', 44, 340, 17, '#5c6670');
      fill('#6741d9', 420, 332, (180 * (sec % 60)) / 60, 6);
    },
  };

  const output = new Output({ format: new WebMOutputFormat(), target: new BufferTarget() });
  const source = new CanvasSource(canvas, { codec: 'vp9', bitrate: BITS_PER_SECOND, keyFrameInterval: 5, latencyMode: 'realtime' });
  output.addVideoTrack(source, { frameRate: FRAMES_PER_SECOND });
  await output.start();
  for (let frame = 0; frame < durationSec * FRAMES_PER_SECOND; frame += 1) {
    scenes[scene](frame / FRAMES_PER_SECOND);
    context.drawImage(grain, -(frame * 29) % GRAIN_SHIFT_PX, -(frame * 41) % GRAIN_SHIFT_PX);
    await source.add(frame / FRAMES_PER_SECOND, 1 / FRAMES_PER_SECOND);
  }
  await output.finalize();
  return new Uint8Array(output.target.buffer).toBase64?.() ?? btoa(Array.from(new Uint8Array(output.target.buffer), (byte) => String.fromCharCode(byte)).join(''));
};

/** Writes them into a folder and returns `{title, path}` of each. `url`: any page of this machine, since only such a page may encode. */
export const makeVideos = async (browser, url, folder) => {
  const context = await browser.newContext({ bypassCSP: true });
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.addScriptTag({ content: await readFile(join(root, 'node_modules', 'mediabunny', 'dist', 'bundles', 'mediabunny.min.cjs'), 'utf8') });
    const videos = [];
    for (const video of VIDEOS) {
      const path = join(folder, `${video.title}.webm`);
      await writeFile(path, Buffer.from(await page.evaluate(record, video), 'base64'));
      videos.push({ title: video.title, path });
    }
    return videos;
  } finally {
    await context.close();
  }
};
