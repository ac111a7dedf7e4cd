/**
 * The published counts: simulated schedules and mutants, power cuts under a store, kills of real processes. Writes docs/soak.md.
 *
 *   npm run soak                    everything (about half an hour)
 *   npm run soak -- --quick         the same with small counts; writes nothing
 *   npm run soak -- --seed 7        a run of one's own
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { soakSimulator } from '../../runtime/lab/sim/soak.ts';
import { machine } from '../bench/lib/figures.ts';
import { killCampaign, type KillReport, type KillTarget } from './kill-campaign.ts';
import { soakStore } from './store-soak.ts';

const COUNTS = { schedules: 1_000_000, powerCuts: 5_000, kills: 50 };
const QUICK = { schedules: 20_000, powerCuts: 50, kills: 2 };
const TARGETS: KillTarget[] = ['node', 'links', 'uploader', 'metadata', 'host'];

const { values } = parseArgs({ options: { seed: { type: 'string' }, quick: { type: 'boolean', default: false }, only: { type: 'string' } } });
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!Number.isSafeInteger(seed)) throw new Error(`--seed takes a whole number, not "${values.seed}"`);
const counts = values.quick ? QUICK : COUNTS;
const wants = (part: string): boolean => values.only === undefined || values.only.split(',').includes(part);
const say = (line: string): void => console.error(`${new Date().toISOString().slice(11, 19)}  ${line}`);
const number = (value: number): string => value.toLocaleString('en');

const sections: string[] = [];
let failed = false;
say(`seed ${seed}`);

const simulate = async (): Promise<void> => {
  let shown = 0;
  const report = await soakSimulator({
    schedules: counts.schedules,
    seed,
    onProgress: (done, total) => {
      if (done - shown < total / 20) return;
      shown = done;
      say(`simulator ${number(done)} of ${number(total)}`);
    },
  });
  const missed = report.mutants.filter((mutant) => mutant.caughtAfter === null);
  failed ||= report.failure !== null || missed.length > 0 || report.uncovered.length > 0;
  sections.push(
    [
      '## Protocol: simulated schedules',
      '',
      `${number(report.schedules)} schedules, ${report.stepsMean.toFixed(1)} steps on average, every invariant checked at every step: **${report.failure ? `violated: ${JSON.stringify(report.failure)}` : 'no violation'}**.`,
      `What must occur and did not: ${report.uncovered.join(', ') || 'nothing'}. Replay one with \`node runtime/lab/sim/replay.ts --seed N\`.`,
      '',
      '| occurred | times |',
      '|---|---:|',
      ...Object.entries(report.coverage).map(([name, value]) => `| ${name} | ${number(value)} |`),
      '',
      '## Protocol: mutants',
      '',
      'Each is the correct code without one rule. The checker must notice it within 100,000 schedules, or it is blind.',
      '',
      '| mutant | caught after schedules |',
      '|---|---:|',
      ...report.mutants.map(({ mutant, caughtAfter }) => `| ${mutant} | ${caughtAfter === null ? '**not caught**' : number(caughtAfter)} |`),
    ].join('\n'),
  );
};

const cutPower = async (): Promise<void> => {
  const report = await soakStore({ powerCuts: counts.powerCuts, seed });
  sections.push(
    [
      '## Storage engine: power cuts',
      '',
      'A store on a simulated disk that drops, reorders and tears unsynced writes; the power is cut at a random call, also while the store opens. After every restart a model checks each answer: nothing acknowledged is lost, no wrong byte is returned, no manual step is needed.',
      '',
      '| what | times |',
      '|---|---:|',
      ...Object.entries(report).filter(([name]) => name !== 'seed').map(([name, value]) => `| ${name} | ${number(value as number)} |`),
    ].join('\n'),
  );
};

const killAll = async (): Promise<void> => {
  const reports: KillReport[] = [];
  for (const target of TARGETS) {
    const report = await killCampaign({ target, kills: counts.kills, seed, onProgress: say });
    reports.push(report);
    for (const problem of report.problems) say(`PROBLEM ${target}: ${problem}`);
    failed ||= report.problems.length > 0 || report.kills < counts.kills;
  }
  sections.push(
    [
      '## Real processes: kill -9 during uploads',
      '',
      'A cluster of four nodes on real sockets and disks. In every round an upload is under way when the target is killed at a random moment; the upload must still complete, and every chunk of every video that was ever acknowledged must read back with its SHA-256.',
      '',
      '| killed | times | uploads completed | chunks verified | last child gone after the host (worst) | problems |',
      '|---|---:|---:|---:|---:|---|',
      ...reports.map(
        (report) =>
          `| ${report.target} | ${report.kills} | ${report.uploadsCompleted} | ${number(report.chunksVerified)} | ${report.target === 'host' ? `${(report.orphanMsMax / 1000).toFixed(2)} s, ${report.pausedChildren} times with a paused child` : ''} | ${report.problems.join('; ') || 'none'} |`,
      ),
    ].join('\n'),
  );
};

const parts: [string, () => Promise<void>][] = [['simulator', simulate], ['store', cutPower], ['kill', killAll]];
for (const [name, run] of parts) {
  if (!wants(name)) continue;
  say(name);
  try {
    await run();
  } catch (error) {
    // What the other parts found is worth its report.
    failed = true;
    sections.push(`## ${name}\n\n**Failed:** ${error instanceof Error ? error.message : String(error)}`);
  }
}

const text = [
  '# Soak',
  '',
  `The long runs, as \`npm run soak\` last wrote them. \`npm test\` runs the same with small counts. Seed ${seed}; ${machine()}.`,
  '',
  ...sections.flatMap((section) => [section, '']),
].join('\n');
if (values.quick || values.only !== undefined) console.log(text);
else writeFileSync(new URL('../../docs/soak.md', import.meta.url), text);
process.exitCode = failed ? 1 : 0;
